package org.kgcoop.bank;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;

/** Which view of a training picture an epoch sees. */
public sealed interface Augmentation {

  /** The published way: a new random crop and flip in every epoch, encoded in every step. */
  record Online() implements Augmentation {
    @Override
    public String id() {
      return "online";
    }
  }

  /** One view, that of the test transform. */
  record Test() implements Augmentation {
    @Override
    public String id() {
      return "test";
    }
  }

  /**
   * A fixed number of random views, encoded once; epoch e takes view e mod {@code views}, each
   * picture from an offset of its own.
   */
  record Bank(int views) implements Augmentation {
    public Bank {
      if (views < 1 || views > 10_000) {
        throw KgCoopException.configuration("bank: expected 1 to 10,000 views, got " + views);
      }
    }

    @Override
    public String id() {
      return "bank:" + views;
    }
  }

  Augmentation DEFAULT = new Bank(8);

  /** The name in files and options. */
  String id();

  /** The augmentation of a name: {@code online}, {@code test} or {@code bank:V}. */
  static Augmentation ofId(String id) {
    Matcher bank = Pattern.compile("bank:(\\d{1,5})").matcher(id);
    if (bank.matches()) {
      return new Bank(Integer.parseInt(bank.group(1)));
    }
    return switch (id) {
      case "online" -> new Online();
      case "test" -> new Test();
      default ->
          throw KgCoopException.configuration(
              "augmentation '" + id + "': expected online, test or bank:V, such as bank:8");
    };
  }
}
