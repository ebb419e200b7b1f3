package org.kgcoop.io;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.FileErrors;

/**
 * A reader of {@code torch.save} files from before PyTorch 1.6. They consist of pickles: a magic
 * number, the protocol version, the system, the object and the keys of its storages. The storages
 * follow in the order of the keys, each as its number of elements (8 bytes) and its bytes. There
 * are no checksums.
 */
final class LegacyStateDicts {

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;

  private LegacyStateDicts() {}

  static TorchFile read(FileBytes file) {
    Path path = file.path();
    int head = (int) Math.min(file.size(), PickleReader.MAX_BYTES);
    BufferInput input = new BufferInput(file.window(0, head));
    if (!MAGIC.equals(new PickleReader(input, false).read(path, "magic number"))) {
      throw FileErrors.refused(
          path, "a Python pickle that torch.save did not write; expected a state dict");
    }
    Object protocol = new PickleReader(input, false).read(path, "protocol version");
    Object system = new PickleReader(input, false).read(path, "system");
    if (!Objects.equals(protocol, (int) PROTOCOL)
        || !(system instanceof Map<?, ?> map)
        || !Boolean.TRUE.equals(map.get("little_endian"))) {
      throw FileErrors.refused(
          path,
          "expected protocol version 1001 and little-endian numbers; save it again with a newer PyTorch");
    }
    PickleReader reader = new PickleReader(input, false);
    Object root = reader.read(path, "object");
    Object keys = new PickleReader(input, false).read(path, "storage keys");
    if (!(keys instanceof List<?> list)) {
      throw FileErrors.damaged(path, "its storage keys are not a list");
    }
    TensorBuilder.Storages storages = locate(file, list, reader.storages(), input.position());
    return new TorchFile(
        path, root, reader.foreign(), new TensorBuilder(path, storages, 4 * file.size()));
  }

  /** The position of a storage in the file. */
  private record Place(long start, long bytes) {}

  private static TensorBuilder.Storages locate(
      FileBytes file, List<?> keys, Map<String, Pickled.Storage> known, long start) {
    Path path = file.path();
    Map<String, Place> places = new HashMap<>();
    long position = start;
    for (Object key : keys) {
      Pickled.Storage storage = known.get(String.valueOf(key));
      if (storage == null || storage.elementBytes() == 0) {
        throw FileErrors.refused(
            path,
            "its storage %s has %s; expected a storage of floating or integer numbers"
                .formatted(
                    key, storage == null ? "no tensor" : "the class " + storage.type().fullName()));
      }
      if (position > file.size() - 8) {
        throw FileErrors.damaged(path, "it ends before its storage " + key);
      }
      long elements = file.window(position, 8).getLong();
      position += 8;
      if (elements < 0 || elements > (file.size() - position) / storage.elementBytes()) {
        throw FileErrors.damaged(
            path,
            "its storage %s has %s elements, %s bytes are left"
                .formatted(key, elements, file.size() - position));
      }
      long bytes = elements * storage.elementBytes();
      places.put(storage.key(), new Place(position, bytes));
      position += bytes;
    }
    return new Located(file, places);
  }

  private record Located(FileBytes file, Map<String, Place> places)
      implements TensorBuilder.Storages {
    @Override
    public long bytes(Pickled.Storage storage) {
      return place(storage).bytes;
    }

    @Override
    public ByteSource part(Pickled.Storage storage, long offset, long length) {
      return file.part(place(storage).start + offset, length);
    }

    private Place place(Pickled.Storage storage) {
      @Nullable Place place = places.get(storage.key());
      if (place == null) {
        throw FileErrors.damaged(file.path(), "it lacks the storage " + storage.key());
      }
      return place;
    }
  }
}
