package io.github.dingtalkcamel.server;

/**
 * The bytes that bodies of requests may hold, each kind for itself, so that none takes the room of another.
 *
 * @param unproved   requests that have not proved who sent them: 1/32 of the heap, 4 to 64 MiB
 * @param messages   messages of DingTalk whose headers prove them: 1/16 of the heap, 8 to 128 MiB
 * @param api        tools and admin: 1/4 of the heap, 64 to 512 MiB
 * @param management Jolokia: 1/64 of the heap, 4 to 16 MiB
 */
public record HttpBudgets(ByteBudget unproved, ByteBudget messages, ByteBudget api, ByteBudget management) {

    private static final long MIB = 1L << 20;

    /** Those for the heap of this JVM. */
    public static HttpBudgets ofHeap() {
        return new HttpBudgets(ByteBudget.ofHeap(32, 4 * MIB, 64 * MIB), ByteBudget.ofHeap(16, 8 * MIB, 128 * MIB),
                ByteBudget.ofHeap(4, 64 * MIB, 512 * MIB), ByteBudget.ofHeap(64, 4 * MIB, 16 * MIB));
    }
}
