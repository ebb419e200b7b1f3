package org.kgcoop.download;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** The token of a person's account at Hugging Face, from the environment. */
public final class HuggingFaceToken {
  private static final String VARIABLE = "HF_TOKEN";

  private HuggingFaceToken() {}

  /**
   * Returns the token, or null if there is none.
   *
   * @throws KgCoopException of category CONFIGURATION if no header of HTTP can contain it; the
   *     message does not contain it either
   */
  public static @Nullable String of(Map<String, String> environment) {
    String token = environment.getOrDefault(VARIABLE, "").strip();
    if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw KgCoopException.configuration(
          VARIABLE + ": expected a token such as hf_..., without spaces and line breaks");
    }
    return token.isEmpty() ? null : token;
  }
}
