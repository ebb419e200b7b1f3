package org.kgcoop.download;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.Fingerprints;
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

  /** What a folder needs beside the weights, and what it may have. */
  private static final List<String> NEEDED = List.of("config.json");

  private static final List<String> WELCOME =
      List.of("preprocessor_config.json", "processor_config.json", "tokenizer.json", "merges.txt");

  /** One of them a repository has, the preferred first. */
  private static final List<String> WEIGHTS =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  /** SHA-256 by name, in the order of OpenAI's list; the address holds it too. */
  private static final Map<String, String> ARCHIVES = archives();

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

  private static Map<String, String> archives() {
    Map<String, String> hashes = new LinkedHashMap<>();
    hashes.put("RN50", "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762");
    hashes.put("RN101", "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599");
    hashes.put("RN50x4", "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd");
    hashes.put("RN50x16", "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa");
    hashes.put("RN50x64", "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c");
    hashes.put("ViT-B/32", "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af");
    hashes.put("ViT-B/16", "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f");
    hashes.put("ViT-L/14", "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836");
    hashes.put(
        "ViT-L/14@336px", "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02");
    return hashes;
  }

  /** The names of OpenAI's archives. */
  public static List<String> names() {
    return List.copyOf(ARCHIVES.keySet());
  }

  /** Whether a text is a name of weights, rather than a path. */
  public static boolean isName(String text) {
    return ARCHIVES.containsKey(text) || text.startsWith(PREFIX);
  }

  /**
   * Where weights of that name lie, after they were downloaded if they were in no cache.
   *
   * @return a file, or for Hugging Face a folder
   * @throws KgCoopException where the name is unknown, or they cannot be had
   */
  public Path locate(String name) {
    String hash = ARCHIVES.get(name);
    if (hash != null) {
      return archive(name, hash);
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
    if (Files.isRegularFile(target) && !hashOf(target).equals(hash)) {
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

  private static String hashOf(Path file) {
    try {
      return Fingerprints.file(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + e.getMessage(), e);
    }
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
