package org.kgcoop.io;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * A safe reader of one pickle of a weight file. It overrides every operation of the pickle library
 * that creates an object, so the library's constructors and reflection are never used. A class of
 * the allow list becomes a {@link Pickled} record or a map. Any other class becomes an inert {@link
 * Pickled.Foreign}, without its state and items.
 *
 * <p>Lengths are checked against the remaining bytes before the library allocates them, and the
 * number of operations is limited, so a small file cannot use much memory.
 */
final class PickleReader extends Unpickler {

  /** The maximum size of a pickle. The pickle of ViT-L/14 with its optimizer has less than 1 MB. */
  static final int MAX_BYTES = 16 << 20;

  private static final int MAX_OPERATIONS = 4_000_000;
  private static final int MAX_NUMBER_TEXT = 1000;

  private static final Set<String> CALLABLE =
      Set.of(
          "collections.OrderedDict",
          "torch.Size",
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3",
          "torch._utils._rebuild_parameter");

  private final BufferInput source;
  private final boolean modules;
  private final Set<String> foreign = new LinkedHashSet<>();
  private final Map<String, Pickled.Storage> storages = new LinkedHashMap<>();
  private int operations;

  /**
   * @param modules true if classes below {@code __torch__} are module objects, as in TorchScript
   */
  PickleReader(BufferInput source, boolean modules) {
    this.source = source;
    this.modules = modules;
  }

  /** Reads the next object of the source. Error messages call the pickle {@code part}. */
  @Nullable Object read(Path path, String part) {
    try {
      return load(source);
    } catch (PickleException e) {
      throw damaged(path, part, FileErrors.oneLine(e.getMessage(), e), e);
    } catch (IOException e) {
      throw damaged(path, part, "it ends too early", e);
    } catch (RuntimeException e) {
      throw damaged(path, part, "an operation does not fit its operands", e);
    } catch (StackOverflowError | OutOfMemoryError e) {
      throw damaged(path, part, "it is nested too deeply or too large", e);
    }
  }

  private static KgCoopException damaged(Path path, String part, String reason, Throwable cause) {
    return FileErrors.damaged(path, "its pickle (" + part + ") cannot be read: " + reason, cause);
  }

  /** Returns the classes outside the allow list, in the order of their appearance. */
  Set<String> foreign() {
    return foreign;
  }

  /** Returns the referenced storages, by key. */
  Map<String, Pickled.Storage> storages() {
    return storages;
  }

  @Override
  protected Object dispatch(short operation) throws IOException {
    if (++operations > MAX_OPERATIONS) {
      throw new PickleException("it has more than " + MAX_OPERATIONS + " operations");
    }
    checkLengths(operation);
    switch (operation) {
      case Opcodes.GLOBAL -> push(global(line(), line()));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        push(global((String) stack.pop(), name));
      }
      case Opcodes.INST -> {
        Pickled.Global type = global(line(), line());
        push(call(type, stack.pop_all_since_marker().toArray()));
      }
      case Opcodes.OBJ -> {
        List<Object> items = stack.pop_all_since_marker();
        push(call(items.get(0), items.subList(1, items.size()).toArray()));
      }
      case Opcodes.NEWOBJ, Opcodes.REDUCE -> {
        Object[] arguments = (Object[]) stack.pop();
        push(call(stack.pop(), arguments));
      }
      case Opcodes.NEWOBJ_EX -> {
        Map<?, ?> named = (Map<?, ?>) stack.pop();
        Object[] arguments = (Object[]) stack.pop();
        Object type = stack.pop();
        push(named.isEmpty() ? call(type, arguments) : new Pickled.Foreign(nameOf(type)));
      }
      case Opcodes.BUILD -> build(stack.pop(), stack.peek());
      case Opcodes.EMPTY_DICT -> push(new LinkedHashMap<>());
      case Opcodes.DICT -> push(putAll(new LinkedHashMap<>(), stack.pop_all_since_marker()));
      case Opcodes.EMPTY_SET -> push(new LinkedHashSet<>());
      case Opcodes.FROZENSET -> {
        Set<Object> set = new LinkedHashSet<>();
        stack.pop_all_since_marker().forEach(item -> set.add(hashable(item)));
        push(set);
      }
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        addItems(Arrays.asList(stack.pop(), value));
      }
      case Opcodes.SETITEMS, Opcodes.APPENDS, Opcodes.ADDITEMS ->
          addItems(stack.pop_all_since_marker());
      case Opcodes.APPEND -> addItems(Arrays.asList(stack.pop()));
      default -> {
        return super.dispatch(operation);
      }
    }
    return NO_RETURN_VALUE;
  }

  private void push(@Nullable Object value) {
    stack.add(value);
  }

  private String line() throws IOException {
    return PickleUtils.readline(input);
  }

  /** Checks the length of an operation. The library would allocate it before reading. */
  private void checkLengths(short operation) {
    switch (operation) {
      case Opcodes.BINSTRING, Opcodes.BINUNICODE, Opcodes.BINBYTES, Opcodes.LONG4 -> checkLength(4);
      case Opcodes.BINUNICODE8, Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> checkLength(8);
      case Opcodes.INT, Opcodes.LONG, Opcodes.FLOAT, Opcodes.GET, Opcodes.PUT -> {
        if (!source.lineEndsWithin(MAX_NUMBER_TEXT)) {
          throw new PickleException("a number has too many digits");
        }
      }
      default -> {}
    }
  }

  private void checkLength(int width) {
    long declared = source.peek(width);
    if (declared < 0 || declared > source.available() - width) {
      throw new PickleException("a value claims to be longer than the pickle");
    }
  }

  private Pickled.Global global(String module, String name) {
    Pickled.Global global = new Pickled.Global(module, name);
    if (!isAllowed(global)) {
      foreign.add(global.fullName());
    }
    return global;
  }

  private boolean isAllowed(Pickled.Global global) {
    return CALLABLE.contains(global.fullName())
        || global.storageType().isPresent()
        || global.dtype().isPresent()
        || global.isUntypedStorage()
        || isModule(global);
  }

  private boolean isModule(Pickled.Global global) {
    return modules && (global.module() + ".").startsWith("__torch__.");
  }

  /** Returns a placeholder for the result of calling {@code callable}. Nothing is called. */
  private @Nullable Object call(Object callable, @Nullable Object[] arguments) {
    if (!(callable instanceof Pickled.Global global)) {
      if (callable instanceof Pickled.Foreign object) {
        return object;
      }
      throw new PickleException("it calls an object that is not a function");
    }
    return switch (global.fullName()) {
      case "collections.OrderedDict" -> orderedDict(arguments);
      case "torch.Size", "torch._utils._rebuild_parameter" -> arguments[0];
      case "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3" ->
          new Pickled.Tensor(Arrays.asList(arguments));
      default -> isModule(global) ? new Pickled.Module() : new Pickled.Foreign(global.fullName());
    };
  }

  private static String nameOf(Object type) {
    return Pickled.foreignClass(type)
        .orElseThrow(
            () -> new PickleException("it creates an object of something that is not a class"));
  }

  /** Creates an empty dict, or one from a list of pairs, as Python 2 wrote it. */
  private static Map<Object, @Nullable Object> orderedDict(@Nullable Object[] arguments) {
    Map<Object, @Nullable Object> map = new LinkedHashMap<>();
    if (arguments.length > 0 && arguments[0] instanceof Collection<?> pairs) {
      for (Object item : pairs) {
        Object[] pair = item instanceof List<?> list ? list.toArray() : (Object[]) item;
        map.put(hashable(pair[0]), pair[1]);
      }
    }
    return map;
  }

  /**
   * Sets the state of a module object. The state of an OrderedDict ({@code _metadata}) is dropped.
   */
  private static void build(@Nullable Object state, @Nullable Object target) {
    if (target instanceof Pickled.Module module && state instanceof Map<?, ?> attributes) {
      module.setAttributes(attributes);
    } else if (!(target instanceof Pickled.Foreign || target instanceof Map)) {
      throw new PickleException("it sets the state of something that is not an object");
    }
  }

  /** Adds items to the dict, list or set on the stack. Items of a foreign object are dropped. */
  @SuppressWarnings("unchecked") // this class created the containers on the stack, for any objects
  private void addItems(List<@Nullable Object> items) {
    Object target = stack.peek();
    if (target instanceof Map) {
      putAll((Map<Object, @Nullable Object>) target, items);
    } else if (target instanceof List) {
      ((List<@Nullable Object>) target).addAll(items);
    } else if (target instanceof Set) {
      items.forEach(item -> ((Set<Object>) target).add(hashable(item)));
    } else if (!(target instanceof Pickled.Foreign)) {
      throw new PickleException("it adds items to something that is not a container");
    }
  }

  @CanIgnoreReturnValue
  private static Map<Object, @Nullable Object> putAll(
      Map<Object, @Nullable Object> map, List<@Nullable Object> keysAndValues) {
    if (keysAndValues.size() % 2 != 0) {
      throw new PickleException("a dict has a key without a value");
    }
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      map.put(hashable(keysAndValues.get(i)), keysAndValues.get(i + 1));
    }
    return map;
  }

  /** Rejects containers as keys, as Python does. Their hash code could take forever. */
  private static Object hashable(@Nullable Object key) {
    if (key == null) {
      return "None";
    }
    if (key instanceof Collection || key instanceof Map) {
      throw new PickleException("a list or dict is used as a key");
    }
    return key;
  }

  /** Reads a storage: ("storage", class, key, device, elements[, view (key, start, elements)]). */
  @Override
  protected Object persistentLoad(Object id) {
    if (id instanceof Object[] fields && fields.length >= 5 && "storage".equals(fields[0])) {
      Pickled.Global type = (Pickled.Global) fields[1];
      long start = 0;
      if (fields.length > 5 && fields[5] instanceof Object[] view) {
        start = integer(view[1]);
      }
      Pickled.Storage storage =
          new Pickled.Storage(type, String.valueOf(fields[2]), integer(fields[4]), start);
      storages.putIfAbsent(storage.key(), storage);
      return storage;
    }
    if (id instanceof Object[] fields && fields.length >= 2 && "module".equals(fields[0])) {
      return fields[1]; // a class with its source code, in files from before 1.6
    }
    throw new PickleException("it has an external reference that is not a storage");
  }

  /** Returns a Python int that fits into 64 bits. */
  static long integer(@Nullable Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw new PickleException("a size or an offset is not a 64-bit integer");
  }
}
