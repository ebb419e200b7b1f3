package org.kgcoop.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.files.FileErrors;

/**
 * The content of a weight file. Large tensors are windows on the mapped file, which the system
 * keeps as long as they are in use: there is nothing to close.
 *
 * @param path the file, or the folder that was opened
 * @param format how the tensors are stored
 * @param tensors by name, in the order of the file
 * @param metadata what is no tensor but plain text or a number: the metadata of a safetensors file,
 *     {@code epoch} of a checkpoint, {@code input_resolution} of an archive
 * @param skipped what was met outside the tensors and never built: classes of the file's pickle by
 *     full name, and entries of other kinds
 * @param configs JSON files beside the weights, by file name ({@code config.json}, ...)
 */
public record WeightFile(
    Path path,
    Format format,
    Map<String, StoredTensor> tensors,
    Map<String, String> metadata,
    List<String> skipped,
    Map<String, JsonNode> configs) {

  /** The form in which tensors are stored. */
  public enum Format {
    SAFETENSORS("safetensors"),
    STATE_DICT("PyTorch state dict (zip)"),
    LEGACY_STATE_DICT("PyTorch state dict (before 1.6)"),
    TORCHSCRIPT("TorchScript archive");

    private final String title;

    Format(String title) {
      this.title = title;
    }

    /** The name for people. */
    public String title() {
      return title;
    }
  }

  public WeightFile {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    skipped = List.copyOf(skipped);
    configs = Collections.unmodifiableMap(new LinkedHashMap<>(configs));
  }

  WeightFile(
      Path path,
      Format format,
      Map<String, StoredTensor> tensors,
      Map<String, String> metadata,
      List<String> skipped) {
    this(path, format, tensors, metadata, skipped, Map.of());
  }

  /**
   * The tensor of that name.
   *
   * @throws org.kgcoop.KgCoopException where there is none
   */
  public StoredTensor tensor(String name) {
    StoredTensor tensor = tensors.get(name);
    if (tensor == null) {
      throw FileErrors.refused(
          path,
          "it lacks the tensor '" + name + "'; it has " + String.join(", ", tensors.keySet()));
    }
    return tensor;
  }

  /** The same content, said to come from {@code newPath} and with those JSON files beside it. */
  WeightFile in(Path newPath, Map<String, JsonNode> newConfigs) {
    return new WeightFile(newPath, format, tensors, metadata, skipped, newConfigs);
  }
}
