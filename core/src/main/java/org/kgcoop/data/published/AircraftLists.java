package org.kgcoop.data.published;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.AutomaticSplit;
import org.kgcoop.data.layout.LabelNames;

/**
 * Readers of data sets with text lists of images. Names and labels are derived as in the published
 * code. Images keep the order of the lists, because splits and few-shot samples depend on it.
 */
final class AnnotationLists {

  private static final Pattern PET = Pattern.compile("((\\S+)_[^_\\s]+) (\\d+) \\S+ \\S+");
  private static final Pattern AIRCRAFT = Pattern.compile("(\\S+) (.+)");
  private static final Pattern SCENE = Pattern.compile("/((.+)/[^/]+)");
  private static final Pattern SCENE_CLASS = Pattern.compile("/(.+)");
  private static final Pattern ACTION_CLASS = Pattern.compile("(\\d+) (\\S+)");
  private static final Pattern ACTION = Pattern.compile("([^/\\s]+)/(\\S+)\\.avi(?: \\d+)?");
  private static final Pattern WORD = Pattern.compile("[A-Z][^A-Z]*");
  private static final Pattern WHOLE = Pattern.compile("(.+)");

  private AnnotationLists() {}

  /**
   * Reads Oxford Pets: lines "Breed_name_12 label species breed", labels from 1. The class name is
   * the breed in lower case. A fifth of trainval becomes the validation part.
   */
  static DataSet pets(RawData raw) {
    LabelNames names = new LabelNames();
    List<Item> trainVal = pets(raw, "annotations/trainval.txt", names);
    List<Item> test = pets(raw, "annotations/test.txt", names);
    return AutomaticSplit.of(
        raw.name(),
        names.withoutGaps(raw.folder().resolve("annotations")),
        trainVal,
        test,
        raw.options().splitSeed());
  }

  private static List<Item> pets(RawData raw, String list, LabelNames names) {
    return raw.items(
        list,
        PET,
        "\"Breed_12 label species breed\", such as \"Abyssinian_1 1 1 1\"",
        line -> {
          int label = RawData.fromOne(line.field(2), line.where());
          String breed = line.field(1).toLowerCase(Locale.ROOT);
          names.put(label, breed, line.where());
          return raw.item(line.field(0) + ".jpg", label, breed);
        });
  }

  /**
   * Reads FGVC Aircraft: one list per part with lines "image variant". Labels follow variants.txt.
   */
  static DataSet aircraft(RawData raw) {
    List<String> variants =
        raw.lines("variants.txt", WHOLE, "one variant per line").stream()
            .map(line -> line.field(0))
            .toList();
    return new DataSet(
        raw.name(),
        variants,
        aircraft(raw, "images_variant_train.txt", variants),
        aircraft(raw, "images_variant_val.txt", variants),
        aircraft(raw, "images_variant_test.txt", variants),
        null);
  }

  private static List<Item> aircraft(RawData raw, String list, List<String> variants) {
    return raw.items(
        list,
        AIRCRAFT,
        "\"image variant\", such as \"1025794 707-320\"",
        line -> {
          int label = RawData.label(variants, line.field(1), line.where());
          return raw.item(line.field(0) + ".jpg", label, line.field(1));
        });
  }

  /**
   * Reads SUN397: lines "/a/abbey/sun_1.jpg". Labels follow ClassName.txt. The class name consists
   * of the folders without the letter, in reverse: "/a/apse/indoor" is "indoor apse". A fifth of
   * the training list becomes the validation part.
   */
  static DataSet scenes(RawData raw) {
    List<String> folders =
        raw.lines("ClassName.txt", SCENE_CLASS, "\"/letter/class\", such as \"/a/abbey\"").stream()
            .map(line -> line.field(0))
            .toList();
    return AutomaticSplit.of(
        raw.name(),
        folders.stream().map(AnnotationLists::sceneName).toList(),
        scenes(raw, "Training_01.txt", folders),
        scenes(raw, "Testing_01.txt", folders),
        raw.options().splitSeed());
  }

  private static List<Item> scenes(RawData raw, String list, List<String> folders) {
    return raw.items(
        list,
        SCENE,
        "\"/letter/class/image\", such as \"/a/abbey/sun_1.jpg\"",
        line -> {
          int label = RawData.label(folders, line.field(1), line.where());
          return raw.item(line.field(0), label, sceneName(line.field(1)));
        });
  }

  private static String sceneName(String folder) {
    List<String> words = new ArrayList<>(Arrays.asList(folder.split("/")));
    words.remove(0);
    Collections.reverse(words);
    return String.join(" ", words);
  }

  /**
   * Reads UCF101: lines "ApplyEyeMakeup/video.avi 1" (the test list without a label). Labels follow
   * classInd.txt. The image is the middle frame, in a folder with the words of the name: {@code
   * Apply_Eye_Makeup/video.jpg}. A fifth of the training list becomes the validation part.
   */
  static DataSet actions(RawData raw) {
    LabelNames folders = new LabelNames();
    String index = "ucfTrainTestlist/classInd.txt";
    for (RawData.Line line :
        raw.lines(index, ACTION_CLASS, "\"label name\", such as \"1 ApplyEyeMakeup\"")) {
      folders.put(RawData.fromOne(line.field(0), line.where()), line.field(1), line.where());
    }
    List<String> classes = folders.withoutGaps(raw.folder().resolve(index));
    return AutomaticSplit.of(
        raw.name(),
        classes.stream().map(AnnotationLists::actionName).toList(),
        actions(raw, "ucfTrainTestlist/trainlist01.txt", classes),
        actions(raw, "ucfTrainTestlist/testlist01.txt", classes),
        raw.options().splitSeed());
  }

  private static List<Item> actions(RawData raw, String list, List<String> classes) {
    return raw.items(
        list,
        ACTION,
        "\"Action/video.avi label\", such as \"Archery/v_1.avi 3\"",
        line -> {
          int label = RawData.label(classes, line.field(0), line.where());
          String name = actionName(line.field(0));
          return raw.item(name + "/" + line.field(1) + ".jpg", label, name);
        });
  }

  private static String actionName(String folder) {
    return String.join("_", WORD.matcher(folder).results().map(MatchResult::group).toList());
  }
}
