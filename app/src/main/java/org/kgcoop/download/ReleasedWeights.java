package org.kgcoop.download;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ReleasedClip;
import org.kgcoop.files.Sha256;
import org.kgcoop.io.WeightFiles;

/**
 * CLIP weights by name: the nine archives that OpenAI released, such as {@code ViT-B/16}, and
 * repositories of Hugging Face, such as {@code hf:openai/clip-vit-base-patch16} or {@code
 * hf:OWNER/NAME@REVISION}. What is in a cache is taken from there.
 */
public final class ReleasedWeights {
  private static final String OPENAI = "https://openaipublic.azureedge.net/clip/models/";
  private static final String HUGGING_FACE = "https://huggingface.co";
  private static final String PREFIX = "hf:";
  private static final Pattern REPOSITORY =
      Pattern.compile("[\\w.-]+/[\\w.-]+(@[\\w.-]+)?", Pattern.UNICODE_CHARACTER_CLASS);

  /** The files that a folder needs beside the weights. */
  private static final List<String> NEEDED = List.of("config.json");

  private static final List<String> WELCOME =
      List.of("preprocessor_config.json", "processor_config.json", "tokenizer.json", "merges.txt");

  /** The files of weights that a repository may have, the preferred first. */
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private final Caches caches;
  private final Downloader downloader;
  private final String openAi;
  private final String huggingFace;
  private final Consumer<String> warnings;

  /**
   * Weights through a downloader.
   *
   * @param environment may name another host than huggingface.co by {@code HF_ENDPOINT}
   */
  public ReleasedWeights(
      Caches caches,
      Downloader downloader,
      Map<String, String> environment,
      Consumer<String> warnings) {
    this(
        caches,
        downloader,
        OPENAI,
        environment.getOrDefault("HF_ENDPOINT", HUGGING_FACE).replaceAll("/+$", ""),
        warnings);
  }

  ReleasedWeights(
      Caches caches,
      Downloader downloader,
      String openAi,
      String huggingFace,
      Consumer<String> warnings) {
    this.caches = caches;
    this.downloader = downloader;
    this.openAi = openAi;
    this.huggingFace = huggingFace;
    this.warnings = warnings;
  }

  /** The names of OpenAI's archives. */
  public static List<String> names() {
    return ReleasedClip.ALL.stream().map(ReleasedClip::name).toList();
  }

  /** True if a text is a name of weights, rather than a path. */
  public static boolean isName(String text) {
    return names().contains(text) || text.startsWith(PREFIX);
  }

  /**
   * The place of the weights of a name, after a download if they were in no cache.
   *
   * @return a file, or for Hugging Face a folder
   * @throws KgCoopException where the name is unknown, or they cannot be had
   */
  public Path locate(String name) {
    for (ReleasedClip released : ReleasedClip.ALL) {
      if (released.name().equals(name)) {
        return archive(name, released.sha256());
      }
    }
    String repository = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
    if (!REPOSITORY.matcher(repository).matches() || repository.contains("..")) {
      throw KgCoopException.configuration(
          name
              + ": no name of weights; there are "
              + String.join(", ", names())
              + ", hf:OWNER/NAME");
    }
    String[] parts = repository.split("@", 2);
    return repository(parts[0], parts.length > 1 ? parts[1] : "main");
  }

  private Path archive(String name, String hash) {
    String file = name.replace('/', '-').replace('@', '-') + ".pt";
    Path target = caches.clip().resolve(file);
    if (Files.isRegularFile(target) && !Sha256.of(target).equals(hash)) {
      // As the published loader does: what is there is no use to anybody.
      warnings.accept(target + ": damaged (its SHA-256 is another); it is fetched again");
      try {
        Files.delete(target);
      } catch (IOException e) {
        throw PartialFile.unwritable(target, e);
      }
    }
    downloader.fetch(new Link(URI.create(openAi + hash + "/" + file), hash), target);
    return target;
  }

  private Path repository(String repository, String revision) {
    Path cached = snapshot(repository, revision);
    if (cached != null) {
      return cached;
    }
    Path folder =
        caches
            .own()
            .resolve(
                repository.replace("/", "--") + (revision.equals("main") ? "" : "@" + revision));
    String base = huggingFace + "/" + repository + "/resolve/" + revision + "/";
    for (String file : NEEDED) {
      downloader.fetch(Link.of(base + file), folder.resolve(file));
    }
    Optional<String> there =
        WEIGHTS.stream().filter(file -> Files.exists(folder.resolve(file))).findFirst();
    if (there.isEmpty()) {
      for (String file : WELCOME) {
        boolean unused = downloader.fetchIfThere(Link.of(base + file), folder.resolve(file));
      }
    }
    // The weights last: a folder that has them has the rest.
    String weights = there.orElseGet(() -> weights(base, folder));
    if (weights.endsWith(".index.json")) {
      for (String shard : WeightFiles.shards(folder.resolve(weights))) {
        downloader.fetch(Link.of(base + shard), folder.resolve(shard));
      }
    }
    return folder;
  }

  /** Fetches the weights, or the index of those that are divided. */
  private String weights(String base, Path folder) {
    List<String> others = WEIGHTS.subList(0, WEIGHTS.size() - 1);
    for (String file : others) {
      if (downloader.fetchIfThere(Link.of(base + file), folder.resolve(file))) {
        return file;
      }
    }
    String last = WEIGHTS.get(others.size());
    downloader.fetch(Link.of(base + last), folder.resolve(last));
    return last;
  }

  /** The snapshot that Hugging Face's tools keep of a revision, or null. */
  private @Nullable Path snapshot(String repository, String revision) {
    Path folder = caches.huggingFace().resolve("models--" + repository.replace("/", "--"));
    String commit = revision;
    Path reference = folder.resolve("refs").resolve(revision);
    try {
      if (Files.isRegularFile(reference)) {
        commit = Files.readString(reference).strip();
      }
    } catch (IOException e) {
      return null;
    }
    Path snapshot = folder.resolve("snapshots").resolve(commit);
    if (!Files.isRegularFile(snapshot.resolve("config.json"))) {
      return null;
    }
    return WeightFiles.isModelFolder(snapshot) ? snapshot : null;
  }
}
