package org.kgcoop.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Files next to a class on the class path. Every build contains them. */
public final class Resources {
  private Resources() {}

  public static byte[] bytes(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  public static String text(Class<?> owner, String name) {
    return new String(bytes(owner, name), StandardCharsets.UTF_8);
  }

  public static JsonNode json(Class<?> owner, String name) {
    try {
      return Json.STRICT.readTree(bytes(owner, name));
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
