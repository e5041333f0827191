package io.github.dingtalkcamel.component.api;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Which internet addresses are public: those that are neither this machine nor within its network. An IPv6 address that
 * holds an IPv4 one is judged by both.
 */
public final class PublicAddresses {

    private record Block(int bits, int... bytes) {
        boolean holds(byte[] address) {
            int left = bits;
            for (int i = 0; left > 0; i++, left -= 8) {
                int mask = left >= 8 ? 0xff : 0xff << 8 - left & 0xff;
                if ((address[i] & mask) != (bytes[i] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** IANA's registry of special purposes, and multicast. */
    private static final Block[] V4 = {
        new Block(8, 0), new Block(8, 10), new Block(10, 100, 64), new Block(8, 127), new Block(16, 169, 254), new Block(12, 172, 16),
        new Block(24, 192, 0, 0), new Block(24, 192, 0, 2), new Block(24, 192, 88, 99), new Block(16, 192, 168), new Block(15, 198, 18),
        new Block(24, 198, 51, 100), new Block(24, 203, 0, 113), new Block(3, 224)};
    /** Only 2000::/3 is given out; of that, what is for documentation, tunnels and protocols. */
    private static final Block GLOBAL_V6 = new Block(3, 0x20);
    private static final Block[] V6 = {
        new Block(23, 0x20, 0x01, 0x00), new Block(32, 0x20, 0x01, 0x0d, 0xb8), new Block(16, 0x20, 0x02), new Block(20, 0x3f, 0xff, 0x00)};
    private static final Block SIX_TO_FOUR = new Block(16, 0x20, 0x02);
    private static final Block NAT64 = new Block(96, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0);

    private PublicAddresses() {
    }

    /** Whether this address is public. */
    public static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (!(address instanceof Inet6Address)) {
            return isPublicV4(bytes);
        }
        if (NAT64.holds(bytes)) {
            return isPublicV4(Arrays.copyOfRange(bytes, 12, 16));
        }
        return GLOBAL_V6.holds(bytes) && !SIX_TO_FOUR.holds(bytes) && Arrays.stream(V6).noneMatch(block -> block.holds(bytes));
    }

    private static boolean isPublicV4(byte[] bytes) {
        return Arrays.stream(V4).noneMatch(block -> block.holds(bytes));
    }

    /**
     * Whether the host is an address in a spelling that programs read differently: decimal, octal, hexadecimal, shortened. No name ends in
     * a number.
     */
    public static boolean isOddNumber(String host) {
        String last = host.replaceFirst("\\.$", "");
        last = last.substring(last.lastIndexOf('.') + 1);
        boolean isNumber = last.matches("[0-9]+|0[xX][0-9a-fA-F]*");
        return isNumber && !host.matches("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    }

    /** All addresses of a name or address. */
    public static InetAddress[] lookUp(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host);
    }
}
