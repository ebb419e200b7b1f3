package org.kgcoop.corpus;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small icons and icon sets for tests. */
final class IconFixture {

  static final String DISC = "<circle cx='8' cy='8' r='6' fill='currentColor'/>";
  static final String BAR = "<path stroke='currentColor' stroke-width='1' d='M2 8h12'/>";
  static final String CROSS =
      "<path stroke='currentColor' stroke-width='2' d='M2 2l12 12M14 2L2 14'/>";
  static final String CORNER =
      "<path stroke='currentColor' fill='none' stroke-width='2' d='M3 2v11h11'/>";
  static final String RED = "<rect x='2' y='2' width='12' height='12' fill='#f00'/>";

  private IconFixture() {}

  static Icon icon(String set, String name, String body) {
    return new Icon(set, name, body, "0 0 16 16", List.of(), List.of());
  }

  /**
   * Returns a set of an icon family. The hash of the family decides its use, see {@link PartTest}.
   */
  static IconSet set(String prefix, String family) {
    return new IconSet(prefix, family, "MIT", "yes", false, List.of(), List.of());
  }

  static Drawing drawing(String prefix, String family, String name, String body) {
    return new Drawing(
        icon(prefix, name, body),
        set(prefix, family),
        name,
        List.of(),
        name,
        List.of(),
        List.of(),
        0);
  }

  static Bitmap bitmap(String body) {
    return new Renderer().render(icon("made-up", "some", body), false).orElseThrow();
  }

  /** Writes a package with one set and returns it. */
  static IconPackage packageOf(Path folder, String prefix, String json) throws IOException {
    Files.createDirectories(folder.resolve("json"));
    Files.writeString(
        folder.resolve("collections.json"),
        """
        {"%s": {"name": "Made Up", "author": {"name": "A. Nonymous", "url": "https://a.example"},
          "license": {"spdx": "MIT", "url": "https://a.example/license"}}}
        """
            .formatted(prefix));
    Files.writeString(folder.resolve("json").resolve(prefix + ".json"), json);
    return new IconPackage(folder);
  }
}
