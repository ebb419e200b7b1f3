package org.kgcoop.cli.sorting;

import java.io.IOException;
import java.nio.file.Path;

/** A placement of images that ends before one of its steps, as after SIGKILL. */
final class KilledPlacement extends Placement {
  /** Reports the end. It is not an IOException, so that no code handles it as a disk error. */
  static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private int left;

  /**
   * Prepares the end.
   *
   * @param step the number of the step that is not reached, from 1
   */
  KilledPlacement(Path folder, int step) {
    super(folder.resolve(ImageSorter.PART));
    left = step;
  }

  private void step() {
    if (--left <= 0) {
      throw new Killed();
    }
  }

  @Override
  void copyToPart(Path image) throws IOException {
    step();
    super.copyToPart(image);
  }

  @Override
  void createLink(Path to, Path image) throws IOException {
    step();
    super.createLink(to, image);
  }

  @Override
  boolean hardLink(Path file, Path to) throws IOException {
    step();
    return super.hardLink(file, to);
  }

  @Override
  void rename(Path file, Path to) throws IOException {
    step();
    super.rename(file, to);
  }

  @Override
  void delete(Path file) throws IOException {
    step();
    super.delete(file);
  }
}
