package org.kgcoop.io;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * TorchScript archives, the format of OpenAI's CLIP files: a zip whose pickle is a tree of modules.
 * Tensors get dotted names, as in the module's state dict. The code in the archive is not read.
 */
final class TorchScript {

  private static final int MAX_DEPTH = 64;
  private static final int MAX_ATTRIBUTES = 1_000_000;
  private static final String LIST_MAKERS = "torch.jit._pickle.";

  private final Path path;
  private final TensorBuilder builder;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<String> skipped;
  private int attributes;

  private TorchScript(TorchFile file) {
    this.path = file.path();
    this.builder = file.builder();
    this.skipped = new ArrayList<>(file.foreign());
  }

  /**
   * Reads the parameters and buffers of an archive. {@code input_resolution}, {@code
   * context_length} and {@code vocab_size} become metadata, and so do numbers and texts of the
   * outermost module.
   *
   * @throws KgCoopException if it contains no module or is damaged
   */
  static WeightFile read(TorchFile file) {
    if (!(file.root() instanceof Pickled.Module module)) {
      throw FileErrors.refused(
          file.path(), "its archive contains no module; expected a file of torch.jit.save");
    }
    TorchScript archive = new TorchScript(file);
    archive.add("", module, 0);
    Map<String, StoredTensor> tensors =
        StateDictNames.withoutScalars(archive.tensors, archive.metadata);
    return new WeightFile(
        file.path(), WeightFile.Format.TORCHSCRIPT, tensors, archive.metadata, archive.skipped);
  }

  private void add(String prefix, Pickled.Module module, int depth) {
    if (depth > MAX_DEPTH) {
      throw FileErrors.damaged(path, "its modules are nested more than " + MAX_DEPTH + " deep");
    }
    for (Map.Entry<?, ?> attribute : module.attributes().entrySet()) {
      if (++attributes > MAX_ATTRIBUTES) {
        throw FileErrors.damaged(path, "it has more than " + MAX_ATTRIBUTES + " attributes");
      }
      String name = prefix + attribute.getKey();
      Object value = attribute.getValue();
      if (value instanceof Pickled.Tensor tensor) {
        tensors.put(name, builder.build(name, tensor));
      } else if (value instanceof Pickled.Module child) {
        add(name + ".", child, depth + 1);
      } else {
        addOther(name, value, depth);
      }
    }
  }

  private void addOther(String name, @Nullable Object value, int depth) {
    Optional<String> foreign = Pickled.foreignClass(value);
    if (foreign.isPresent() && !foreign.get().startsWith(LIST_MAKERS)) {
      throw TensorBuilder.foreign(path, "its attribute '" + name + "'", foreign.get());
    }
    Optional<String> scalar = StateDicts.scalar(value);
    if (scalar.isPresent()) {
      if (depth == 0 && !(value instanceof Boolean)) { // flags such as "training" do not matter
        metadata.put(name, scalar.get());
      }
    } else if (value != null && foreign.isEmpty()) {
      skipped.add(name + " (no tensor)");
    }
  }
}
