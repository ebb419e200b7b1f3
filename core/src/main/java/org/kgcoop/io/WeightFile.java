package org.kgcoop.io;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Digest;
import org.kgcoop.files.FileErrors;

/**
 * The content of a weight file. The tensors of a large file are read when they are used, and are
 * not kept, so there is nothing to close.
 *
 * @param path the file or folder that was opened
 * @param format the storage format
 * @param tensors the tensors by name, in the order of the file
 * @param metadata texts and numbers: the metadata of a safetensors file, {@code epoch} of a
 *     checkpoint, {@code input_resolution} of an archive
 * @param skipped ignored content: full names of classes in the pickle, which were never created,
 *     and entries of other kinds
 * @param configs JSON files next to the weights, by file name ({@code config.json}, ...)
 * @param stamp the stamp of the files with these tensors when they were opened; null if the tensors
 *     are not those of files, or no value of the files may be stored
 */
public record WeightFile(
    Path path,
    Format format,
    Map<String, StoredTensor> tensors,
    Map<String, String> metadata,
    List<String> skipped,
    Map<String, JsonNode> configs,
    @Nullable Digest stamp) {

  /** The storage format of the tensors. */
  public enum Format {
    SAFETENSORS("safetensors"),
    STATE_DICT("PyTorch state dict (zip)"),
    LEGACY_STATE_DICT("PyTorch state dict (before 1.6)"),
    TORCHSCRIPT("TorchScript archive");

    private final String title;

    Format(String title) {
      this.title = title;
    }

    /** Returns the name for display. */
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

  /** Creates a content without a stamp. */
  public WeightFile(
      Path path,
      Format format,
      Map<String, StoredTensor> tensors,
      Map<String, String> metadata,
      List<String> skipped,
      Map<String, JsonNode> configs) {
    this(path, format, tensors, metadata, skipped, configs, null);
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
   * Returns the tensor with a name.
   *
   * @throws org.kgcoop.KgCoopException if there is none
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

  /** Returns the content with all tensors in memory. */
  WeightFile inMemory() {
    Map<String, StoredTensor> read = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> read.put(name, tensor.inMemory()));
    return with(read);
  }

  /** Returns the content with other tensors, and without a stamp. */
  public WeightFile with(Map<String, StoredTensor> newTensors) {
    return new WeightFile(path, format, newTensors, metadata, skipped, configs);
  }

  /** Returns the content with the stamp of its file. */
  WeightFile stamped(@Nullable Digest newStamp) {
    return new WeightFile(path, format, tensors, metadata, skipped, configs, newStamp);
  }

  /** Returns the content with another path and other JSON files. */
  WeightFile in(Path newPath, Map<String, JsonNode> newConfigs) {
    return new WeightFile(newPath, format, tensors, metadata, skipped, newConfigs, stamp);
  }
}
