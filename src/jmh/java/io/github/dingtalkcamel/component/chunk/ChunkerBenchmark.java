package io.github.dingtalkcamel.component.chunk;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A reply that fits one message, and one of Markdown that takes several. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ChunkerBenchmark {

    private final Chunker chunker = new Chunker(2_000);
    private final String oneChunk = "The build is green. 构建成功。";
    private final String manyChunks = """
            ## Result

            A paragraph of *some* words, and 一段中文。

            | name | value |
            |---|---|
            | a | 1 |

            ```java
            int answer = 42;
            ```

            """.repeat(100);

    @Benchmark
    public List<Chunk> oneChunk() {
        return chunker.chunks(oneChunk);
    }

    @Benchmark
    public List<Chunk> manyChunks() {
        return chunker.chunks(manyChunks);
    }
}
