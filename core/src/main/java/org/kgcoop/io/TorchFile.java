package org.kgcoop.io;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.FileErrors;

/**
 * The pickle of a PyTorch file, and the builder of the tensors that it describes.
 *
 * @param root the object in the pickle
 * @param foreign the full names of the classes outside the allow list, which were never created
 */
record TorchFile(Path path, @Nullable Object root, Set<String> foreign, TensorBuilder builder) {

  /**
   * Reads the pickle in a zip.
   *
   * @param modules true if classes below {@code __torch__} are module objects, as in TorchScript
   */
  static TorchFile of(FileBytes file, ZipRecords records, boolean modules) {
    Path path = file.path();
    if (records.contains("byteorder")) {
      String order =
          StandardCharsets.UTF_8.decode(records.whole("byteorder", 100)).toString().strip();
      if (!order.equals("little")) {
        throw FileErrors.refused(
            path, "its byte order is '" + order + "', expected little; save it on such a machine");
      }
    }
    ByteBuffer pickle = records.whole("data.pkl", PickleReader.MAX_BYTES);
    PickleReader reader = new PickleReader(new BufferInput(pickle), modules);
    Object root = reader.read(path, "data.pkl");
    return new TorchFile(
        path,
        root,
        reader.foreign(),
        new TensorBuilder(path, new ZipStorages(records), 4 * file.size()));
  }

  /** The storages in the entries {@code data/KEY} of a zip. */
  private record ZipStorages(ZipRecords records) implements TensorBuilder.Storages {
    @Override
    public long bytes(Pickled.Storage storage) {
      return Math.min(
          records.size("data/" + storage.key()),
          Math.multiplyExact(storage.elements(), (long) storage.elementBytes()));
    }

    @Override
    public ByteSource part(Pickled.Storage storage, long offset, long length) {
      return records.part("data/" + storage.key(), offset, length);
    }
  }
}
