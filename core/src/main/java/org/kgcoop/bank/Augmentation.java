package org.kgcoop.bank;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.ViewRecipe;

/** The view of a training image that an epoch sees. */
public sealed interface Augmentation {

  /** The published way: a new random view in every epoch, encoded in every step. */
  record Online(ViewRecipe recipe) implements Augmentation {
    @Override
    public String id() {
      return "online";
    }
  }

  /** A single view, that of the test transform. */
  record Test() implements Augmentation {
    @Override
    public ViewRecipe recipe() {
      return ViewRecipe.NONE;
    }

    @Override
    public String id() {
      return "test";
    }
  }

  /**
   * A fixed number of random views, encoded once; epoch e takes view e mod {@code views}, each
   * image from an offset of its own.
   */
  record Bank(int views, ViewRecipe recipe) implements Augmentation {
    public Bank(int views) {
      this(views, ViewRecipe.PUBLISHED);
    }

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

  /** The name in files and options. */
  String id();

  /** The recipe of the random views. */
  ViewRecipe recipe();

  /** The augmentation of a name, with the published views. */
  static Augmentation ofId(String id) {
    return ofId(id, ViewRecipe.PUBLISHED);
  }

  /**
   * The augmentation of a name.
   *
   * @param id {@code online}, {@code test} or {@code bank:V}
   * @param recipe of the random views of the first and the last
   */
  static Augmentation ofId(String id, ViewRecipe recipe) {
    Matcher bank = Pattern.compile("bank:(\\d{1,5})").matcher(id);
    if (bank.matches()) {
      return new Bank(Integer.parseInt(bank.group(1)), recipe);
    }
    return switch (id) {
      case "online" -> new Online(recipe);
      case "test" -> new Test();
      default ->
          throw KgCoopException.configuration(
              "augmentation '" + id + "': expected online, test or bank:V, such as bank:8");
    };
  }
}
