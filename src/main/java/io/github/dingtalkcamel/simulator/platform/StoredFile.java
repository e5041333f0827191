package io.github.dingtalkcamel.simulator.platform;

/**
 * A file that the platform keeps.
 *
 * @param id        media id, or download code
 * @param type      upload type (docs/protocol.md 6.6.1), or {@code attachment} for what a user sent to a robot
 * @param robotCode the robot that owns it
 * @param name      as it was uploaded
 */
public record StoredFile(String id, String type, String robotCode, String name, byte[] content) {

    @Override
    public String toString() {
        return "StoredFile[" + type + ", " + name + ", " + content.length + " bytes]";
    }
}
