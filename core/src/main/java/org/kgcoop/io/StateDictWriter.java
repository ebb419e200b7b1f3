package org.kgcoop.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.Pickler;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.AtomicFile;

/**
 * A writer of the zip format of {@code torch.save}: the pickle, then one storage per tensor,
 * uncompressed and aligned to 64 bytes. Equal tensors give byte-identical files.
 */
final class StateDictWriter {

  private static final String ROOT = "archive/";
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_HEADER = 30;

  /**
   * February 1980, because for January the JDK adds a field that depends on the time zone of the
   * machine.
   */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private StateDictWriter() {}

  /** Tensors that PyTorch reads as a {@code collections.OrderedDict}. */
  record OrderedDict(Map<String, StoredTensor> tensors) {}

  static void write(Path path, Object root) {
    AtomicFile.write(
        path,
        out -> {
          StatePickler pickler = new StatePickler();
          byte[] pickle = pickler.dumps(root);
          ZipOutputStream zip = new ZipOutputStream(out);
          zip.setMethod(ZipOutputStream.STORED);
          long end = add(zip, 0, "data.pkl", ByteBuffer.wrap(pickle));
          end = add(zip, end, "byteorder", text("little"));
          for (int i = 0; i < pickler.storages.size(); i++) {
            end = add(zip, end, "data/" + i, pickler.storages.get(i).data());
          }
          add(zip, end, "version", text("3\n"));
          zip.finish();
        });
  }

  private static ByteBuffer text(String text) {
    return StandardCharsets.UTF_8.encode(text);
  }

  /** Adds an entry at a position of the file, and returns its end. */
  private static long add(ZipOutputStream zip, long start, String name, ByteBuffer bytes)
      throws IOException {
    ZipEntry entry = new ZipEntry(ROOT + name);
    CRC32 crc = new CRC32();
    crc.update(bytes.duplicate());
    entry.setCrc(crc.getValue());
    entry.setSize(bytes.remaining());
    entry.setTimeLocal(NO_TIME);
    long headerEnd = start + LOCAL_HEADER + entry.getName().length();
    byte[] extra = padding(headerEnd);
    entry.setExtra(extra);
    zip.putNextEntry(entry);
    new BufferInput(bytes).transferTo(zip);
    zip.closeEntry();
    return headerEnd + extra.length + entry.getSize();
  }

  /** Returns the extra field "FB" at a position, which PyTorch uses to align the data after it. */
  private static byte[] padding(long start) {
    int length = Math.floorMod(-(start + 4), ALIGNMENT);
    byte[] extra = new byte[4 + length];
    extra[0] = 'F';
    extra[1] = 'B';
    extra[2] = (byte) length;
    return extra;
  }

  /** The pickle library, extended by tensors, storages and OrderedDict. */
  private static final class StatePickler extends Pickler {

    private final List<StoredTensor> storages = new ArrayList<>();

    StatePickler() {
      super(false); // no memo, so that every run writes the same bytes
    }

    @Override
    public void save(@Nullable Object value) throws IOException {
      if (value instanceof OrderedDict dict) {
        saveOrderedDict(dict);
      } else if (value instanceof StoredTensor tensor) {
        saveTensor(tensor);
      } else {
        super.save(value);
      }
    }

    private void saveOrderedDict(OrderedDict dict) throws IOException {
      saveEmptyOrderedDict();
      out.write(Opcodes.MARK);
      for (Map.Entry<String, StoredTensor> entry : dict.tensors.entrySet()) {
        save(entry.getKey());
        save(entry.getValue());
      }
      out.write(Opcodes.SETITEMS);
    }

    private void saveEmptyOrderedDict() throws IOException {
      saveGlobal("collections", "OrderedDict");
      out.write(Opcodes.EMPTY_TUPLE);
      out.write(Opcodes.REDUCE);
    }

    /**
     * Writes _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks).
     */
    private void saveTensor(StoredTensor tensor) throws IOException {
      saveGlobal("torch._utils", "_rebuild_tensor_v2");
      out.write(Opcodes.MARK);
      out.write(Opcodes.MARK);
      save("storage");
      saveGlobal("torch", Pickled.Global.STORAGES.get(tensor.dtype()));
      save(Integer.toString(storages.size()));
      save("cpu");
      save(tensor.elements());
      out.write(Opcodes.TUPLE);
      out.write(Opcodes.BINPERSID);
      save(0);
      save(tuple(tensor.shape()));
      save(tuple(contiguousStrides(tensor.shape())));
      save(false);
      saveEmptyOrderedDict();
      out.write(Opcodes.TUPLE);
      out.write(Opcodes.REDUCE);
      storages.add(tensor);
    }

    private void saveGlobal(String module, @Nullable String name) throws IOException {
      out.write(Opcodes.GLOBAL);
      out.write((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static Object[] tuple(long[] numbers) {
      return Arrays.stream(numbers).boxed().toArray();
    }

    private static long[] contiguousStrides(long[] shape) {
      long[] strides = new long[shape.length];
      long stride = 1;
      for (int i = shape.length - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= Math.max(1, shape[i]);
      }
      return strides;
    }
  }
}
