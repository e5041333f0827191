package io.github.dingtalkcamel.store;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and directories that only the user of this process may read, independent of the umask: 0600 and 0700. They hold people's messages.
 *
 * <p>Does nothing on file systems without such rights (Windows): there the directory's own access list decides.
 */
public final class OwnerOnly {

    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final int STICKY = 01000;

    private OwnerOnly() {
    }

    /** Makes a directory, and those above it with the usual rights; one that is there keeps its own. */
    public static void directory(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            return;
        }
        Files.createDirectories(absolute.getParent());
        try {
            Files.createDirectory(absolute, with(absolute.getParent(), DIRECTORY));
        } catch (FileAlreadyExistsException e) {
            // made by another process just now, or a file: what uses it will say so
        }
    }

    /** Makes an empty file; one that is there keeps its content and its rights. */
    public static void file(Path file) throws IOException {
        try {
            Files.createFile(file, with(file.toAbsolutePath().getParent(), FILE));
        } catch (FileAlreadyExistsException e) {
            // it keeps what it has
        }
    }

    /**
     * Takes the rights of others from a file or directory.
     *
     * @return             true where there were any; false also where there is nothing of that name
     * @throws IOException where that can't be done, because it belongs to another user for example
     */
    public static boolean restrict(Path path) throws IOException {
        if (!knowsRights(path) || !Files.exists(path, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(path)) {
            return false;
        }
        Set<PosixFilePermission> wanted = Files.isDirectory(path) ? DIRECTORY : FILE;
        if (Files.getPosixFilePermissions(path).equals(wanted)) {
            return false;
        }
        Files.setPosixFilePermissions(path, wanted);
        return true;
    }

    /** Whether a directory is one that all users of this machine share, such as {@code /tmp}: its rights are not ours to change. */
    static boolean isShared(Path directory) throws IOException {
        return knowsRights(directory) && ((int) Files.getAttribute(directory, "unix:mode") & STICKY) != 0;
    }

    private static boolean knowsRights(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] with(Path parent, Set<PosixFilePermission> rights) {
        return knowsRights(parent) ? new FileAttribute<?>[] { PosixFilePermissions.asFileAttribute(rights) } : new FileAttribute<?>[0];
    }
}
