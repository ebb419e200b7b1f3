package org.kgcoop.download;

import java.nio.file.Path;
import java.util.Map;

/**
 * The folders where weights are looked for and kept, those of other tools among them.
 *
 * @param clip OpenAI's archives, as the published {@code clip.load} keeps them
 * @param huggingFace the cache of Hugging Face's tools, which is read and never written
 * @param own what comes from Hugging Face by this program
 */
public record Caches(Path clip, Path huggingFace, Path own) {

  /**
   * The folders of an environment: {@code XDG_CACHE_HOME}, {@code HF_HOME} and {@code HF_HUB_CACHE}
   * where set, else below {@code ~/.cache}. OpenAI's code knows {@code ~/.cache/clip} alone.
   */
  public static Caches of(Map<String, String> environment, Path home) {
    Path caches = home.resolve(".cache");
    Path users = path(environment, "XDG_CACHE_HOME", caches);
    Path hugging = path(environment, "HF_HOME", users.resolve("huggingface"));
    return new Caches(
        caches.resolve("clip"),
        path(environment, "HF_HUB_CACHE", hugging.resolve("hub")),
        users.resolve("kgcoop").resolve("weights"));
  }

  private static Path path(Map<String, String> environment, String variable, Path otherwise) {
    String value = environment.getOrDefault(variable, "");
    return value.isBlank() ? otherwise : Path.of(value);
  }
}
