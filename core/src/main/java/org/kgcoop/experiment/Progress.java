package org.kgcoop.experiment;

/** The progress of long work, as a user is told of it. */
public interface Progress {

  /**
   * Begins a piece of work.
   *
   * @param total how many units it has
   */
  Task start(String name, long total);

  /** A line about what happens, such as a run that is gone on with. */
  void message(String line);

  /** A piece of work under way; closing ends it. */
  interface Task extends AutoCloseable {
    /** Reports the number of units done in all. */
    void done(long units);

    /** Adds a detail beside the bar, such as a loss. */
    default void detail(String text) {}

    @Override
    void close();
  }

  /** Says nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public Task start(String name, long total) {
          return new Task() {
            @Override
            public void done(long units) {}

            @Override
            public void close() {}
          };
        }

        @Override
        public void message(String line) {}
      };
}
