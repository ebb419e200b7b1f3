package org.kgcoop.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Images;

class CorpusTest {
  @TempDir Path folder;

  private static Corpus read(Path path, int resolution) {
    return Corpus.read(path, resolution, new Images(w -> {}));
  }

  @Test
  void aManifestGivesInkAndConcepts() {
    Path manifest = Drawings.corpus(folder, 2);
    Corpus corpus = read(folder, 32);
    assertThat(corpus.size()).isEqualTo(24);
    assertThat(corpus.concepts()).isEqualTo(Drawings.NAMES);
    Corpus.Entry square = corpus.entry(4);
    assertThat(square.captions()).containsExactly("square");
    assertThat(square.concept()).isEqualTo(2);
    assertThat(square.tint()).isTrue();
    assertThat(square.flip()).isFalse();
    assertThat(square.pixels()).hasSize(32 * 32);
    assertThat(square.pixels()[0]).isZero();
    assertThat(square.pixels()[16 * 32 + 16]).isEqualTo((byte) 255);
    assertThat(read(manifest, 16).entry(4).pixels()).hasSize(16 * 16);
  }

  @Test
  void defaultsHold() throws IOException {
    Path unused = Drawings.corpus(folder, 1);
    Path file = folder.resolve("other.jsonl");
    Files.writeString(file, "{\"picture\":\"0-0.png\",\"captions\":[\"bar\",\"line\"]}\n\n");
    Corpus.Entry entry = read(file, 32).entry(0);
    assertThat(entry.tint()).isFalse();
    assertThat(entry.flip()).isTrue();
    assertThat(entry.style()).isEmpty();
    assertThat(entry.pixels()).hasSize(32 * 32 * 3);
    assertThat(read(file, 32).concepts()).isEqualTo(List.of("bar"));
  }

  @Test
  void badLinesAreNamed() throws IOException {
    Path file = folder.resolve("bad.jsonl");
    Files.writeString(
        file, "{\"picture\":\"a.png\",\"captions\":[\"a\"]}\n{\"picture\":\"b.png\"}\n");
    refused(file, "bad.jsonl, line 2: expected {\"picture\": path, \"captions\": [text, ...]}");
    Files.writeString(file, "picture\n");
    refused(file, "bad.jsonl, line 1: not a JSON object");
    Files.writeString(file, "{\"picture\":\"a\\u0000.png\",\"captions\":[\"a\"]}\n");
    refused(file, "bad.jsonl, line 1: \"picture\" is not a valid path");
    Files.writeString(file, "\n");
    refused(file, "bad.jsonl: contains no images");
    Files.writeString(file, "{\"picture\":\"a.png\",\"captions\":[\"a\"]}\n");
    refused(file, "a.png: there is no such image");
    refused(folder, "manifest.jsonl: the manifest does not exist");
  }

  private static void refused(Path path, String message) {
    assertThatThrownBy(() -> read(path, 32))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(message);
  }
}
