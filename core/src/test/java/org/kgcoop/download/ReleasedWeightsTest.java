package org.kgcoop.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Caches;
import org.kgcoop.clip.KnownWeights;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.io.Safetensors;
import org.kgcoop.progress.Progress;

class ReleasedWeightsTest {
  private static final String HASH =
      "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f";

  @TempDir Path folder;

  private static final byte[] JSON = "{\"a\": 1}".getBytes(StandardCharsets.UTF_8);
  private static final byte[] WEIGHTS = weights();

  private final FileServer server = new FileServer();
  private final List<String> warnings = new ArrayList<>();

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] weights() {
    byte[] header = Safetensors.beginning("a", new long[] {1}, Map.of(), 0);
    return Arrays.copyOf(header, header.length + Float.BYTES);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private ReleasedWeights weights(boolean offline) {
    return weights(offline, Map.of());
  }

  private ReleasedWeights weights(boolean offline, Map<String, String> environment) {
    Downloader downloader =
        new Downloader(
            offline,
            Progress.SILENT,
            Map.of(),
            Duration.ofSeconds(5),
            Duration.ofMillis(1),
            PartialFile.Sink.CHANNEL,
            target -> Long.MAX_VALUE);
    return new ReleasedWeights(
        new Caches(folder.resolve("clip"), folder.resolve("hub"), folder.resolve("own")),
        downloader,
        server.address(),
        server.address().replaceAll("/$", ""),
        environment,
        warnings::add);
  }

  @Test
  void requestsAnArchiveByItsHashAndChecksIt() {
    server.put(HASH + "/ViT-B-16.pt", new byte[] {1, 2, 3});

    assertThatThrownBy(() -> weights(false).locate("ViT-B/16"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected a file of SHA-256 " + HASH);
    assertThat(server.requests()).containsExactly("/" + HASH + "/ViT-B-16.pt");
    assertThat(folder.resolve("clip/ViT-B-16.pt")).doesNotExist();
  }

  @Test
  void aDamagedArchiveInTheCacheIsFetchedAgain() throws IOException {
    Path cached = folder.resolve("clip/ViT-L-14-336px.pt");
    Files.createDirectories(folder.resolve("clip"));
    Files.writeString(cached, "cut short");

    assertThatThrownBy(() -> weights(true).locate("ViT-L/14@336px"))
        .hasMessageContaining("offline")
        .hasMessageContaining("put it at " + cached);
    assertThat(warnings).singleElement().asString().contains("damaged");
  }

  @Test
  void usesASnapshotOfHuggingFacesTools() throws IOException {
    Path model = folder.resolve("hub/models--openai--clip-vit-base-patch16");
    Path snapshot = Files.createDirectories(model.resolve("snapshots/abc"));
    Files.createDirectories(model.resolve("refs"));
    Files.writeString(model.resolve("refs/main"), "abc");
    Files.writeString(snapshot.resolve("config.json"), "{}");
    Files.writeString(snapshot.resolve("model.safetensors"), "x");

    assertThat(weights(true).locate("hf:openai/clip-vit-base-patch16")).isEqualTo(snapshot);
  }

  @Test
  void aRepositoryIsFetchedWithWhatItHas() throws IOException {
    String base = "owner/name/resolve/main/";
    server.put(base + "config.json", JSON);
    server.put(base + "merges.txt", new byte[] {2});
    server.put(base + "model.safetensors", WEIGHTS);

    Path fetched = weights(false).locate("hf:owner/name");

    assertThat(fetched).isEqualTo(folder.resolve("own/owner--name"));
    assertThat(fetched.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(fetched.resolve("tokenizer.json")).doesNotExist();
    assertThat(weights(true).locate("hf:owner/name")).isEqualTo(fetched);
  }

  @Test
  void aPrivateRepositoryIsFetchedWithTheTokenOfAnAccount() {
    String base = "owner/name/resolve/main/";
    server.put(base + "config.json", JSON);
    server.put(base + "model.safetensors", WEIGHTS);
    server.requireToken("hf_mine");
    assertThatThrownBy(() -> weights(false).locate("hf:owner/name"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("401; a private or gated repository of Hugging Face needs HF_TOKEN");
    assertThatThrownBy(() -> weights(false, Map.of("HF_TOKEN", "hf_other")).locate("hf:owner/name"))
        .hasMessageContaining("accept the terms on the page of the data set or model")
        .hasMessageNotContaining("hf_other");
    assertThatThrownBy(
            () -> weights(false, Map.of("HF_TOKEN", "hf_mine\nx")).locate("hf:owner/name"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith("HF_TOKEN: expected a token")
        .hasMessageNotContaining("mine");
    Path fetched = weights(false, Map.of("HF_TOKEN", " hf_mine ")).locate("hf:owner/name");
    assertThat(fetched.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  /** Large files are on other hosts, to which Hugging Face redirects, also to and fro. */
  @Test
  void theTokenIsNotSentToAnotherHost() {
    try (FileServer other = new FileServer()) {
      String base = "owner/name/resolve/main/";
      server.put(base + "config.json", JSON);
      server.redirect(base + "model.safetensors", other.address() + "blob");
      other.redirect("blob", server.address() + "back");
      server.put("back", WEIGHTS);
      Path fetched = weights(false, Map.of("HF_TOKEN", "hf_mine")).locate("hf:owner/name");
      assertThat(fetched.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
      assertThat(other.requests()).containsExactly("/blob");
      assertThat(other.authorizations()).isEmpty();
      assertThat(server.authorizations()).containsOnly("Bearer hf_mine");
      // All requests to the first host had the token, except the last one.
      assertThat(server.authorizations()).hasSize(server.requests().size() - 1);
    }
  }

  @Test
  void anArchiveOfOpenAiIsFetchedWithoutAToken() {
    server.put(HASH + "/ViT-B-16.pt", new byte[] {1, 2, 3});
    assertThatThrownBy(() -> weights(false, Map.of("HF_TOKEN", "hf_mine")).locate("ViT-B/16"))
        .isInstanceOf(KgCoopException.class);
    assertThat(server.requests()).isNotEmpty();
    assertThat(server.authorizations()).isEmpty();
  }

  @Test
  void oneTokenizerIsFetched() throws IOException {
    String base = "owner/name/resolve/main/";
    server.put(base + "config.json", JSON);
    server.put(base + "merges.txt", new byte[] {2});
    server.put(base + "model.safetensors", WEIGHTS);
    Path fetched = weights(false).locate("hf:owner/name");
    assertThat(fetched.resolve("merges.txt")).hasBinaryContent(new byte[] {2});

    base = base.replace("owner", "other");
    server.put(base + "config.json", JSON);
    server.put(base + "tokenizer.json", JSON);
    server.put(base + "merges.txt", new byte[] {3});
    server.put(base + "model.safetensors", WEIGHTS);
    fetched = weights(false).locate("hf:other/name");
    assertThat(fetched.resolve("tokenizer.json")).hasBinaryContent(JSON);
    assertThat(fetched.resolve("merges.txt")).doesNotExist();
  }

  @Test
  void aRepositoryOfShardsIsFetchedByItsIndex() throws IOException {
    String base = "owner/name/resolve/main/";
    server.put(base + "config.json", JSON);
    String index =
        "{\"weight_map\": {\"a\": \"part-1.safetensors\", \"b\": \"part-2.safetensors\"}}";
    server.put(base + "model.safetensors.index.json", text(index));
    server.put(base + "part-1.safetensors", WEIGHTS);

    assertThatThrownBy(() -> weights(false).locate("hf:owner/name"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("part-2.safetensors");
    server.put(base + "part-2.safetensors", WEIGHTS);
    Path fetched = weights(false).locate("hf:owner/name");

    assertThat(fetched.resolve("part-1.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(fetched.resolve("part-2.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(weights(true).locate("hf:owner/name")).isEqualTo(fetched);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "config.json", ".safetensors", "../a.safetensors", "a/b.bin"})
  void anIndexThatNamesOtherFilesIsRejected(String name) throws IOException {
    String base = "owner/name/resolve/main/";
    server.put(base + "config.json", JSON);
    server.put(
        base + "model.safetensors.index.json",
        text("{\"weight_map\": {\"a\": \"%s\"}}".formatted(name)));

    assertThatThrownBy(() -> weights(false).locate("hf:owner/name"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("model.safetensors.index.json: the content is not an index");
    assertThat(folder.resolve("own/owner--name/model.safetensors.index.json")).doesNotExist();
  }

  @Test
  void aLoginPageAndAFileThatEndsEarlyAreRejected() {
    byte[] page = text("<!doctype html><title>Log in</title>");
    byte[] cut = Arrays.copyOf(WEIGHTS, WEIGHTS.length - 1);
    server.put("owner/name/resolve/main/config.json", JSON);
    assertRejected("config.json", page, "not a JSON object");
    assertRejected("config.json", text("{\"a\": 1"), "not a JSON object");
    assertRejected("merges.txt", page, "not a tokenizer");
    assertRejected("vocab.txt", page, "not a tokenizer");
    assertRejected("vocab.txt", new byte[(1 << 24) + 1], "more than 16777216 bytes");
    for (byte[] wrong : List.of(page, cut, text("PK\3\4"), new byte[0])) {
      assertRejected("model.safetensors", wrong, "not weights");
      assertRejected("pytorch_model.bin", wrong, "not weights");
    }
  }

  private void assertRejected(String file, byte[] content, String reason) {
    String path = "owner/name/resolve/main/" + file;
    byte[] before = server.content(path);
    server.put(path, content);
    server.fail(FileServer.Fault.NO_LENGTH); // of the first file
    assertThatThrownBy(() -> weights(false).locate("hf:owner/name"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(file + ": ")
        .hasMessageContaining(reason);
    assertThat(folder.resolve("own/owner--name").resolve(file)).doesNotExist();
    server.remove(path);
    if (before != null) {
      server.put(path, before);
    }
  }

  @Test
  void aRepositoryOfOpenClipNeedsNoConfigOfHuggingFace() {
    String base = "owner/name/resolve/main/";
    server.put(base + "open_clip_config.json", JSON);
    server.put(base + "open_clip_model.safetensors", WEIGHTS);
    Path fetched = weights(false).locate("hf:owner/name");
    assertThat(fetched.resolve("open_clip_model.safetensors")).hasBinaryContent(WEIGHTS);
    int asked = server.requests().size();
    assertThat(weights(false).locate("hf:owner/name")).isEqualTo(fetched);
    assertThat(server.requests()).hasSize(asked);
  }

  @Test
  void someRepositoriesAreKnownByTheirNameAlone() {
    String base = "google/siglip2-base-patch16-224/resolve/main/";
    server.put(base + "config.json", JSON);
    server.put(base + "model.safetensors", WEIGHTS);
    assertThat(ReleasedWeights.isName("siglip2-base-patch16-224")).isTrue();
    assertThat(weights(false).locate("siglip2-base-patch16-224"))
        .isEqualTo(folder.resolve("own/google--siglip2-base-patch16-224"));
    assertThat(KnownWeights.ALL)
        .allMatch(known -> known.gigabytes() > 0.2)
        .allMatch(known -> known.isArchive() || known.page().endsWith(known.name()))
        .noneMatch(known -> known.license().isBlank());
    assertThat(ReleasedWeights.names()).doesNotHaveDuplicates();
  }

  @Test
  void anAliasStandsForARepository() {
    String base = "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K/resolve/main/";
    server.put(base + "open_clip_config.json", JSON);
    server.put(base + "open_clip_model.safetensors", WEIGHTS);
    assertThat(ReleasedWeights.isName("ViT-B/32-256")).isTrue();
    assertThat(weights(false).locate("ViT-B/32-256"))
        .isEqualTo(weights(true).locate("CLIP-ViT-B-32-256x256-DataComp-s34B-b86K"));
  }

  @Test
  void namesThatAreNoneAreRefused() {
    for (String name : new String[] {"ViT-B/17", "hf:noslash", "hf:../x", "hf:a/b/c"}) {
      assertThatThrownBy(() -> weights(true).locate(name))
          .as(name)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("unknown name of weights");
    }
  }

  @Test
  void cachesFollowTheEnvironment() {
    Path home = Path.of("/home/user");

    assertThat(Caches.of(Map.of(), home).huggingFace())
        .isEqualTo(home.resolve(".cache/huggingface/hub"));
    Caches moved = Caches.of(Map.of("HF_HOME", "/hf", "XDG_CACHE_HOME", "/cache"), home);
    assertThat(moved.huggingFace()).isEqualTo(Path.of("/hf/hub"));
    assertThat(moved.clip()).isEqualTo(home.resolve(".cache/clip"));
    assertThat(moved.own()).isEqualTo(Path.of("/cache/kgcoop/weights"));
  }
}
