package io.github.dingtalkcamel.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import io.github.dingtalkcamel.reload.Eject;

/** What commands do in a test: it notes what is called, and does nothing. */
public class FakeWork implements Program.Work {

    /** Names of the methods that were called. */
    public final List<String> called = new ArrayList<>();

    @Override
    public List<String> lostCharacters() {
        return List.of();
    }

    @Override
    public OptionalInt prepare() {
        called.add("prepare");
        return OptionalInt.empty();
    }

    @Override
    public int start() {
        called.add("start");
        return 0;
    }

    @Override
    public Send send(PrintStream out, PrintStream errors) throws Exception {
        called.add("send");
        return null;
    }

    @Override
    public Eject eject(PrintStream out, PrintStream errors) throws Exception {
        called.add("eject");
        return null;
    }

    @Override
    public int explain(Exception failure) {
        throw new IllegalStateException(failure);
    }

    @Override
    public int doctor(boolean json, PrintStream out) {
        return 0;
    }
}
