package org.kgcoop.io;

import java.nio.file.Path;
import java.util.Map;

/** State dicts as {@code torch.save} writes them. */
public final class StateDictFiles {
  private StateDictFiles() {}

  public static void write(Path path, Map<String, StoredTensor> tensors) {
    StateDictWriter.write(path, new StateDictWriter.OrderedDict(tensors));
  }
}
