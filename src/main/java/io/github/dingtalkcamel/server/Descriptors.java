package io.github.dingtalkcamel.server;
import java.lang.management.ManagementFactory;

import com.sun.management.UnixOperatingSystemMXBean;

/** How many files and connections this process may have open. */
public final class Descriptors {

    private static final long WHERE_UNKNOWN = 4_096;

    private Descriptors() {
    }

    /** The system's bound; an assumed one where the system does not tell. */
    public static long most() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount() : WHERE_UNKNOWN;
    }
}
