package org.kgcoop.download;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ReleasedClip;
import org.kgcoop.files.Sha256;
import org.kgcoop.io.WeightFiles;

/**
 * Weights by name: the nine archives that OpenAI released, such as {@code ViT-B/16}, repositories
 * of Hugging Face, such as {@code hf:openai/clip-vit-base-patch16} or {@code
 * hf:OWNER/NAME@REVISION}, and some of them by their name alone. What is in a cache is taken from
 * there.
 */
public final class ReleasedWeights {
  private static final String OPENAI = "https://openaipublic.azureedge.net/clip/models/";
  private static final String HUGGING_FACE = "https://huggingface.co";
  private static final String OPENAI_OWNER = "openai";
  private static final String GITHUB = "https://github.com";
  private static final String PREFIX = "hf:";
  private static final Pattern REPOSITORY =
      Pattern.compile("[\\w.-]+/[\\w.-]+(@[\\w.-]+)?", Pattern.UNICODE_CHARACTER_CLASS);

  /** The files of which a folder needs one beside the weights. */
  private static final List<String> CONFIGS = List.of("config.json", "open_clip_config.json");

  private static final List<String> WELCOME =
      List.of("preprocessor_config.json", "processor_config.json");

  /** The tokenizers that a repository may have, the preferred first. */
  private static final List<String> TOKENIZERS =
      List.of("tokenizer.json", "merges.txt", "spiece.model", "tokenizer.model");

  /**
   * A repository that is known by its name alone.
   *
   * @param owner of the repository
   * @param name of it
   * @param gigabytes that its weights take in float32, as their shapes say
   */
  public record Known(String owner, String name, double gigabytes) {
    private static Known parse(String line) {
      String[] words = line.split(" +", 3);
      return new Known(words[0], words[1], Double.parseDouble(words[2]));
    }

    /** The page of the repository, which has the last word on its license. */
    public String page() {
      return (owner.equals(OPENAI_OWNER) ? GITHUB : HUGGING_FACE) + "/" + repository();
    }

    /** OWNER/NAME; all archives of OpenAI belong to one. */
    public String repository() {
      return owner + "/" + (owner.equals(OPENAI_OWNER) ? "CLIP" : name);
    }

    /** The license that the owner's pages name. */
    public String licence() {
      return Objects.requireNonNull(LICENCES.get(owner));
    }
  }

  /** Each owner has one for all that is known here; Apple's is for research alone. */
  private static final Map<String, String> LICENCES =
      Map.of("google", "Apache-2.0", "laion", "MIT", "apple", "apple-amlr", OPENAI_OWNER, "MIT");

  /** The archives of OpenAI, which are not fetched from Hugging Face. */
  public static final List<Known> ARCHIVES =
      """
      openai RN50           0.41
      openai RN101          0.48
      openai RN50x4         0.71
      openai RN50x16        1.16
      openai RN50x64        2.49
      openai ViT-B/32       0.61
      openai ViT-B/16       0.60
      openai ViT-L/14       1.71
      openai ViT-L/14@336px 1.71
      """
          .lines()
          .map(Known::parse)
          .toList();

  /** Owner, name and GB. */
  public static final List<Known> KNOWN =
      """
      google siglip-base-patch16-224              0.81
      google siglip-base-patch16-256              0.81
      google siglip-base-patch16-384              0.81
      google siglip-base-patch16-512              0.81
      google siglip-large-patch16-256             2.61
      google siglip-large-patch16-384             2.61
      google siglip-so400m-patch14-224            3.51
      google siglip-so400m-patch14-384            3.51
      google siglip2-base-patch16-224             1.50
      google siglip2-base-patch16-256             1.50
      google siglip2-base-patch16-384             1.50
      google siglip2-base-patch16-512             1.50
      google siglip2-large-patch16-256            3.53
      google siglip2-large-patch16-384            3.53
      google siglip2-so400m-patch14-384           4.54
      google siglip2-so400m-patch16-256           4.54
      google siglip2-so400m-patch16-512           4.55
      laion  CLIP-ViT-B-32-laion2B-s34B-b79K      0.61
      laion  CLIP-ViT-B-16-laion2B-s34B-b88K      0.60
      laion  CLIP-ViT-H-14-laion2B-s32B-b79K      3.94
      laion  CLIP-ViT-bigG-14-laion2B-39B-b160k   10.2
      laion  CLIP-ViT-B-16-DataComp.XL-s13B-b90K  0.60
      laion  CLIP-ViT-L-14-DataComp.XL-s13B-b90K  1.71
      apple  DFN2B-CLIP-ViT-B-16                  0.60
      apple  DFN5B-CLIP-ViT-H-14-378              3.95
      """
          .lines()
          .map(Known::parse)
          .toList();

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
  public static List<String> archives() {
    return ReleasedClip.ALL.stream().map(ReleasedClip::name).toList();
  }

  /** The names of OpenAI's archives, and of repositories that are known without their owner. */
  public static List<String> names() {
    return Stream.concat(archives().stream(), KNOWN.stream().map(Known::name)).toList();
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
    for (Known known : KNOWN) {
      if (known.name().equals(name)) {
        return locate(PREFIX + known.owner() + "/" + name);
      }
    }
    String repository = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
    if (!REPOSITORY.matcher(repository).matches() || repository.contains("..")) {
      throw KgCoopException.configuration(
          name
              + ": no name of weights; there are "
              + String.join(", ", archives())
              + ", hf:OWNER/NAME and those of ./kgcoop download --list");
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
    Optional<String> there =
        WeightFiles.IN_FOLDERS.stream()
            .filter(file -> Files.exists(folder.resolve(file)))
            .findFirst();
    if (there.isEmpty()) {
      boolean stated = false;
      for (String file : CONFIGS) {
        stated |= downloader.fetchIfThere(Link.of(base + file), folder.resolve(file));
      }
      if (!stated) {
        downloader.fetch(Link.of(base + CONFIGS.get(0)), folder.resolve(CONFIGS.get(0)));
      }
      for (String file : WELCOME) {
        downloader.fetchIfThere(Link.of(base + file), folder.resolve(file));
      }
      for (String file : TOKENIZERS) {
        if (downloader.fetchIfThere(Link.of(base + file), folder.resolve(file))) {
          break;
        }
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
    for (String file : WeightFiles.IN_FOLDERS) {
      if (downloader.fetchIfThere(Link.of(base + file), folder.resolve(file))) {
        return file;
      }
    }
    String usual = WeightFiles.IN_FOLDERS.get(0); // for an error that names it
    downloader.fetch(Link.of(base + usual), folder.resolve(usual));
    return usual;
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
    if (CONFIGS.stream().noneMatch(file -> Files.isRegularFile(snapshot.resolve(file)))) {
      return null;
    }
    return WeightFiles.isModelFolder(snapshot) ? snapshot : null;
  }
}
