package org.kgcoop.clip;

import java.nio.file.Path;
import java.util.Map;

/**
 * The folders with weights, including those of other tools.
 *
 * @param clip OpenAI's archives, in the folder of the published {@code clip.load}
 * @param huggingFace the cache of Hugging Face's tools; read only
 * @param own the files that this program downloads from Hugging Face
 */
public record Caches(Path clip, Path huggingFace, Path own) {

  /**
   * Returns the folders of an environment: {@code XDG_CACHE_HOME}, {@code HF_HOME} and {@code
   * HF_HUB_CACHE} if set, otherwise folders below {@code ~/.cache}. OpenAI's code uses only {@code
   * ~/.cache/clip}.
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
