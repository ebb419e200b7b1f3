package org.kgcoop.clip;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.download.Content;
import org.kgcoop.download.Downloader;
import org.kgcoop.download.Link;
import org.kgcoop.download.PartialFile;
import org.kgcoop.files.Json;
import org.kgcoop.files.StoredHashes;
import org.kgcoop.files.UserFolders;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.progress.Progress;

/**
 * Weights by name. A name is one of OpenAI's nine archives, such as {@code ViT-B/16}, or a
 * repository of Hugging Face, such as {@code hf:openai/clip-vit-base-patch16} or {@code
 * hf:OWNER/NAME@REVISION}. Some repositories also have a short name. Cached files are used.
 *
 * @param openAi the address of the folder of OpenAI's archives, with a slash at its end
 * @param huggingFace the address of Hugging Face; empty for its own
 * @param environment the token of an account is read from it on use, and sent to this address only
 */
public record ReleasedWeights(
    Caches caches,
    Downloader downloader,
    String openAi,
    String huggingFace,
    Map<String, String> environment,
    Consumer<String> warnings) {
  private static final String OPENAI = "https://openaipublic.azureedge.net/clip/models/";
  private static final String HUGGING_FACE = "https://huggingface.co";
  private static final String ENDPOINT = "HF_ENDPOINT";
  private static final String PREFIX = "hf:";
  private static final long MAX_JSON = 1 << 26;
  private static final long MAX_VOCABULARY = 1 << 24;
  private static final long MAX_WEIGHTS = 1L << 37;
  private static final Pattern REPOSITORY =
      Pattern.compile("[\\w.-]+/[\\w.-]+(@[\\w.-]+)?", Pattern.UNICODE_CHARACTER_CLASS);

  /** The configuration files; a folder needs one of them next to the weights. */
  private static final List<String> CONFIGS = List.of("config.json", "open_clip_config.json");

  private static final List<String> OPTIONAL_FILES =
      List.of("preprocessor_config.json", "processor_config.json");

  /** The tokenizer files of a repository, the preferred one first. */
  private static final List<String> TOKENIZERS =
      List.of("tokenizer.json", "merges.txt", "vocab.txt");

  /**
   * Creates a source of weights.
   *
   * @param environment may contain the address of another host than huggingface.co in {@code
   *     HF_ENDPOINT}, and the token of an account in {@code HF_TOKEN}
   */
  public ReleasedWeights(
      Caches caches,
      Downloader downloader,
      Map<String, String> environment,
      Consumer<String> warnings) {
    this(caches, downloader, OPENAI, environment.getOrDefault(ENDPOINT, ""), environment, warnings);
  }

  /**
   * Returns the path of named weights for a program. It uses the caches of this user.
   *
   * @param consent answers a question with the size of a download; false uses no network
   * @throws KgCoopException if the name is unknown, or the weights are not there and may not be
   *     downloaded
   */
  static Path locate(String name, Predicate<String> consent) {
    try {
      return ofThisProcess(true).locate(name);
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.IO
          || Downloader.isOffline(System.getenv())
          || !consent.test("Download %s%s?".formatted(name, size(name)))) {
        throw e;
      }
      return ofThisProcess(false).locate(name);
    }
  }

  /**
   * Finds named weights in the caches of this user, without using the network.
   *
   * @return empty if they are not there
   */
  public static Optional<Path> find(String name) {
    try {
      return Optional.of(ofThisProcess(true).locate(name));
    } catch (KgCoopException e) {
      return Optional.empty();
    }
  }

  private static String size(String name) {
    return KnownWeights.find(name)
        .map(known -> String.format(Locale.ROOT, " (about %.2f GB)", known.gigabytes()))
        .orElse("");
  }

  private static ReleasedWeights ofThisProcess(boolean offline) {
    return new ReleasedWeights(
        Caches.of(System.getenv(), UserFolders.ofThisProcess().home()),
        new Downloader(offline, Progress.SILENT),
        System.getenv(),
        warning -> {});
  }

  /** Returns the names of OpenAI's archives. */
  public static List<String> archives() {
    return ReleasedClip.ALL.stream().map(ReleasedClip::name).toList();
  }

  /** Returns the names of OpenAI's archives and of the repositories with a short name. */
  public static List<String> names() {
    return KnownWeights.ALL.stream()
        .flatMap(known -> Stream.of(known.shortName(), known.name()))
        .distinct()
        .toList();
  }

  /** Returns true if a text is a name of weights, false if it is a path. */
  public static boolean isName(String text) {
    return names().contains(text) || text.startsWith(PREFIX);
  }

  /**
   * Returns the path of named weights, and downloads them if no cache contains them.
   *
   * @return a file, or a folder for Hugging Face
   * @throws KgCoopException if the name is unknown, or the download fails
   */
  public Path locate(String name) {
    for (ReleasedClip released : ReleasedClip.ALL) {
      if (released.name().equals(name)) {
        return archive(released);
      }
    }
    String repository =
        KnownWeights.find(name)
            .map(KnownWeights::repository)
            .orElse(name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "");
    if (!REPOSITORY.matcher(repository).matches() || repository.contains("..")) {
      throw KgCoopException.configuration(
          name
              + ": unknown name of weights; expected one of "
              + String.join(", ", archives())
              + ", hf:OWNER/NAME, or a name of ./kgcoop download --list");
    }
    String[] parts = repository.split("@", 2);
    return repository(parts[0], parts.length > 1 ? parts[1] : "main");
  }

  /** Returns true if the weights of OpenAI's archive are on this machine. */
  public boolean isPresent(ReleasedClip released) {
    return Files.isRegularFile(caches.clip().resolve(released.fileName()));
  }

  private Path archive(ReleasedClip released) {
    String file = released.fileName();
    String hash = released.sha256();
    Path target = caches.clip().resolve(file);
    if (Files.isRegularFile(target) && !StoredHashes.ofThisUser().ofFile(target).equals(hash)) {
      // Replace the damaged file, as the published loader does.
      warnings.accept(target + ": damaged (wrong SHA-256); downloading it again");
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
    String base = endpoint() + "/" + repository + "/resolve/" + revision + "/";
    Optional<String> there =
        WeightFiles.IN_FOLDERS.stream()
            .filter(file -> Files.exists(folder.resolve(file)))
            .findFirst();
    if (there.isEmpty()) {
      boolean hasConfig = false;
      for (String file : CONFIGS) {
        hasConfig |= isFetched(base, file, folder);
      }
      if (!hasConfig) {
        fetch(base, CONFIGS.get(0), folder);
      }
      for (String file : OPTIONAL_FILES) {
        downloader.fetchIfThere(link(base, file), folder.resolve(file));
      }
      for (String file : TOKENIZERS) {
        if (isFetched(base, file, folder)) {
          break;
        }
      }
    }
    // The weights come last: a folder with weights is complete.
    String weights = there.orElseGet(() -> weights(base, folder));
    if (weights.endsWith(".index.json")) {
      WeightFiles.shards(folder.resolve(weights)).forEach(shard -> fetch(base, shard, folder));
    }
    return folder;
  }

  private void fetch(String base, String file, Path folder) {
    downloader.fetch(link(base, file), folder.resolve(file));
  }

  private boolean isFetched(String base, String file, Path folder) {
    return downloader.fetchIfThere(link(base, file), folder.resolve(file));
  }

  /**
   * Returns the address of Hugging Face, without a slash at its end. It is checked only on use, so
   * that other names do not depend on it.
   */
  private String endpoint() {
    String text = huggingFace.strip().replaceAll("/+$", "");
    try {
      URI address = Link.parse(text.isEmpty() ? HUGGING_FACE : text);
      if (address.getRawQuery() != null || address.getRawFragment() != null) {
        throw new IllegalArgumentException("it contains ? or #");
      }
      return address.toString();
    } catch (IllegalArgumentException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION,
          "%s '%s': %s; expected an address such as %s"
              .formatted(ENDPOINT, Link.withoutUser(text), e.getMessage(), HUGGING_FACE),
          e);
    }
  }

  /** Returns a link to a file of a repository, whose hash may be in the headers of the server. */
  private Link link(String base, String file) {
    Content content;
    if (file.endsWith(".index.json")) {
      content = new Content("an index of weights", MAX_JSON, f -> !WeightFiles.shards(f).isEmpty());
    } else if (file.endsWith(".json")) {
      content = new Content("a JSON object", MAX_JSON, Json::isObject);
    } else if (file.endsWith(".txt")) {
      content = new Content("a tokenizer", MAX_VOCABULARY, f -> Files.size(f) > 0 && !isHtml(f));
    } else {
      content = new Content("weights", MAX_WEIGHTS, f -> !WeightFiles.open(f).tensors().isEmpty());
    }
    return Link.of(base + file)
        .withContent(content)
        .withToken(Downloader.huggingFaceToken(environment));
  }

  private static boolean isHtml(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == '<';
    }
  }

  /** Downloads the weights, or the index of divided weights. */
  private String weights(String base, Path folder) {
    for (String file : WeightFiles.IN_FOLDERS) {
      if (isFetched(base, file, folder)) {
        return file;
      }
    }
    String defaultFile = WeightFiles.IN_FOLDERS.get(0); // for the error message
    fetch(base, defaultFile, folder);
    return defaultFile;
  }

  /** Returns the snapshot of a revision in the cache of Hugging Face's tools, or null. */
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
    if (CONFIGS.stream().noneMatch(file -> Files.isRegularFile(snapshot.resolve(file)))) {
      return null;
    }
    return WeightFiles.isModelFolder(snapshot) ? snapshot : null;
  }
}
