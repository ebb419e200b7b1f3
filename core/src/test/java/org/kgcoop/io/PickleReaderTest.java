package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kgcoop.io.IoFixtures.bytes;
import static org.kgcoop.io.IoFixtures.weightsError;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pickles are written as their operations: {@code c} a class, {@code (} a mark, {@code .} the end.
 */
class PickleReaderTest {

  private static final Path PATH = Path.of("a.pt");

  private static PickleReader reader(byte[] pickle) {
    return new PickleReader(new BufferInput(ByteBuffer.wrap(pickle)), false);
  }

  private static @Nullable Object load(Object... parts) {
    return reader(bytes(parts)).read(PATH, "data.pkl");
  }

  private static String error(Object... parts) {
    return weightsError(PATH, () -> load(parts));
  }

  @Test
  void dictsKeepTheirOrder() {
    Object dict = load("}(K", 1, "K", 2, "K", 0, "Nu.");
    assertThat(dict).isInstanceOf(LinkedHashMap.class).hasToString("{1=2, 0=null}");
  }

  @Test
  void anOrderedDictOfPairsIsADictAndItsStateIsDropped() {
    Object dict = load("ccollections\nOrderedDict\n((lp0\n(lp1\nI1\naI2\naatR}K", 1, "K", 2, "sb.");
    assertThat(dict).isEqualTo(Map.of(1, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cos\nsystem\n(U\u0001xtR.", // REDUCE
        "cos\nsystem\n(U\u0001xt\u0081.", // NEWOBJ
        "(cos\nsystem\nU\u0001xo.", // OBJ
        "(U\u0001xios\nsystem\n.", // INST
        "cos\nsystem\n)}\u0092.", // NEWOBJ_EX
        "U\u0002osU\u0006system\u0093(U\u0001xtR.", // STACK_GLOBAL
        "cos\nsystem\n)R}U\u0001aK\u0001sb.", // BUILD after it
        "cos\nsystem\n)R(K\u0001K\u0002u.", // items into it
        "cos\nsystem\n)RK\u0001a.", // an item into it
        "cos\nsystem\n)R)R.", // a call of the result of the call
      })
  void noWayToCallAClassLeadsBeyondAPlaceholder(String pickle) {
    PickleReader reader = reader(bytes(pickle));
    assertThat(reader.read(PATH, "data.pkl")).isEqualTo(new Pickled.Foreign("os.system"));
    assertThat(reader.foreign()).containsExactly("os.system");
  }

  /** The library has its own constructors for these classes, which must not be used. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "datetime.date",
        "decimal.Decimal",
        "builtins.bytearray",
        "array._array_reconstructor"
      })
  void classesThatTheLibraryKnowsArePlaceholdersToo(String name) {
    String module = name.substring(0, name.indexOf('.'));
    assertThat(load("c", module, "\n", name.substring(module.length() + 1), "\n(K", 1, "tR."))
        .isEqualTo(new Pickled.Foreign(name));
  }

  @Test
  void rejectsALengthBeyondThePickleBeforeItIsAllocated() {
    assertThat(error("X", 0xff, 0xff, 0xff, 0x7f, "a.")).contains("longer than the pickle");
    assertThat(error("T", 0xff, 0xff, 0xff, 0xff, "a.")).contains("longer than the pickle");
    assertThat(error("B", 0xff, 0xff, 0xff, 0xff, "a.")).contains("longer than the pickle");
    assertThat(error(0x8b, 0xff, 0xff, 0xff, 0xff, "a.")).contains("longer than the pickle");
    assertThat(error(0x8d, 9, 0, 0, 0, 1, 0, 0, 0, "a.")).contains("longer than the pickle");
    assertThat(error(0x8e, 0, 0, 0, 0, 0, 0, 0, 0x80, "a.")).contains("longer than the pickle");
    assertThat(error(0x96, 0, 0, 0, 0, 0, 0, 0, 0x80, "a.")).contains("longer than the pickle");
  }

  @Test
  void rejectsANumberWithoutEnd() {
    assertThat(error("L" + "9".repeat(100_000) + "L\n.")).contains("too many digits");
  }

  @Test
  void rejectsTooManyOperations() {
    byte[] pickle = new byte[4_000_001];
    Arrays.fill(pickle, (byte) ']');
    assertThat(weightsError(PATH, () -> reader(pickle).read(PATH, "data.pkl")))
        .contains("more than 4000000 operations");
  }

  @Test
  void containersAreNoKeys() {
    assertThat(error("}]K", 1, "s.")).contains("used as a key");
    assertThat(error("]q", 0, "h", 0, "a}h", 0, "K", 1, "s.")).contains("used as a key");
    assertThat(error(0x8f, "(]", 0x90, ".")).contains("used as a key");
    assertThat(error("(]", 0x91, ".")).contains("used as a key");
  }

  @Test
  void deepNestingIsHarmless() {
    Object nested = load("]".repeat(100_000) + "a".repeat(99_999) + ".");
    assertThat(nested).isInstanceOf(List.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", // nothing
        ".", // the end without a value
        "K", // no operand
        "\u0080\u0009.", // an unknown future protocol
        "\u0082\u0001.", // a registered extension
        "\u0097.", // an external buffer
        "u.", // items without a mark
        "K\u0001K\u0002R.", // a call of a number
        "K\u0001}b.", // state for a number
        "K\u0001(K\u0002u.", // items for a number
        "}(K\u0001u.", // a key without a value
        "h\u0005.", // an undefined memo entry
        "K\u0001Q.", // a reference that is not a storage
        "U\u0001xP0\n.",
        "ccollections\nOrderedDict\n((K\u0001K\u0002ttR", // no end
        "\u00ff", // an undefined operation
        "Fx\n.", // an invalid number
      })
  void rejectsBrokenPickles(String pickle) {
    assertThat(error(pickle)).contains("its pickle (data.pkl) cannot be read: ");
  }
}
