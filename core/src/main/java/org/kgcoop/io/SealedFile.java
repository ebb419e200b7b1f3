package org.kgcoop.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Json;
import org.kgcoop.files.Sha256;

/**
 * A checksummed safetensors file of kgcoop. It contains tensors, and the metadata key {@code
 * kgcoop} with JSON text that ends in the SHA-256 of both. Reading detects any changed bit.
 */
public final class SealedFile {
  private static final String KEY = "kgcoop";
  private static final String SEAL_START = ",\"sha256\":\"";
  private static final int SEAL_LENGTH = SEAL_START.length() + 64 + "\"}".length();

  private SealedFile() {}

  /**
   * The content of a checksummed file.
   *
   * @param tensors the tensors by name, in the order of the file
   * @param json the other data
   */
  public record Content(Map<String, StoredTensor> tensors, ObjectNode json) {}

  /**
   * Writes a file atomically. Equal content gives byte-identical files.
   *
   * @param json at least one field
   */
  public static void write(Path path, Collection<StoredTensor> tensors, ObjectNode json) {
    String text = json.toString();
    String sealed = text.substring(0, text.length() - 1) + SEAL_START + seal(tensors, text) + "\"}";
    Safetensors.write(path, tensors, Map.of(KEY, sealed));
  }

  /**
   * Reads a file and verifies its checksum.
   *
   * @param what the expected kind of file, such as "classifier file", for error messages
   * @throws KgCoopException if the file is of another kind, or any bit has changed
   */
  public static Content read(Path path, String what) {
    return open(Safetensors.read(path), what);
  }

  /** Returns true if an opened weight file has the metadata of a checksummed file. */
  public static boolean isSealed(WeightFile file) {
    return file.metadata().containsKey(KEY);
  }

  /** Reads as {@link #read}, from an opened file. */
  public static Content open(WeightFile file, String what) {
    WeightFile read = file.inMemory(); // so that the bytes that are used are those verified
    verify(read, what);
    return content(read, text(sealed(read, what)), what);
  }

  private static void verify(WeightFile file, String what) {
    String sealed = sealed(file, what);
    String expected = SEAL_START + seal(file.tensors().values(), text(sealed)) + "\"}";
    if (!sealed.endsWith(expected)) {
      throw KgCoopException.weights(
          ("%s: damaged %s: its content does not have the SHA-256 written in it; copy or make "
                  + "it again")
              .formatted(file.path(), what));
    }
  }

  private static String sealed(WeightFile file, String what) {
    String sealed = file.metadata().get(KEY);
    if (sealed == null || sealed.length() < SEAL_LENGTH) {
      throw KgCoopException.weights(
          "%s: not a %s of kgcoop: expected a safetensors file with metadata '%s'"
              .formatted(file.path(), what, KEY));
    }
    return sealed;
  }

  private static String text(String sealed) {
    return sealed.substring(0, sealed.length() - SEAL_LENGTH) + "}";
  }

  private static Content content(WeightFile file, String text, String what) {
    try {
      return new Content(file.tensors(), (ObjectNode) Json.LENIENT.readTree(text));
    } catch (JsonProcessingException | ClassCastException e) {
      throw KgCoopException.weights(file.path() + ": damaged " + what + ": unreadable settings", e);
    }
  }

  private static String seal(Collection<StoredTensor> tensors, String text) {
    MessageDigest sha = Sha256.digest();
    sha.update(Fingerprints.exact(tensors).getBytes(StandardCharsets.UTF_8));
    sha.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(sha.digest());
  }
}
