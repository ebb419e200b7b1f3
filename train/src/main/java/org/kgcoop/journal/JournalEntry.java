package org.kgcoop.journal;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Json;

/**
 * A line of the journal of a labeling session. Classes have numbers that are never given twice.
 * {@link #NONE} and {@link #SKIP} are answers, too.
 *
 * <p>Images have the names that their files had when the entry was written. {@link JournalNames}
 * gives them those of today.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "op")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JournalEntry.Start.class, name = "start"),
  @JsonSubTypes.Type(value = JournalEntry.Arrival.class, name = "images"),
  @JsonSubTypes.Type(value = JournalEntry.Contents.class, name = "files"),
  @JsonSubTypes.Type(value = JournalEntry.Draw.class, name = "draw"),
  @JsonSubTypes.Type(value = JournalEntry.Read.class, name = "read"),
  @JsonSubTypes.Type(value = JournalEntry.ClassAdded.class, name = "class"),
  @JsonSubTypes.Type(value = JournalEntry.ClassRenamed.class, name = "rename"),
  @JsonSubTypes.Type(value = JournalEntry.ClassMerged.class, name = "merge"),
  @JsonSubTypes.Type(value = JournalEntry.ClassDeleted.class, name = "delete"),
  @JsonSubTypes.Type(value = JournalEntry.Answer.class, name = "page"),
  @JsonSubTypes.Type(value = JournalEntry.CheckDrawn.class, name = "check"),
  @JsonSubTypes.Type(value = JournalEntry.Undo.class, name = "undo"),
  @JsonSubTypes.Type(value = JournalEntry.Finish.class, name = "finish"),
})
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public sealed interface JournalEntry {
  /** The answer that an image shows none of the classes. */
  int NONE = -1;

  /** The answer that the person has not decided. The image is asked again at the end. */
  int SKIP = -2;

  /** What a person did. */
  sealed interface Sent extends JournalEntry {
    /** Returns the person; null for a program. */
    @Nullable String by();

    /** Returns the number that the person gave to this; null without one. It rises. */
    @Nullable Long request();
  }

  /** What a person did, and can take back. */
  sealed interface Action extends Sent {
    /** Returns the number of the action; null for the first classes. */
    @Nullable Integer step();
  }

  /** A change of a class. */
  sealed interface ClassChange extends Action {
    /** Returns the number of the class. */
    int number();
  }

  /**
   * The first line.
   *
   * @param clip the fingerprint of the CLIP, and the number of patches if it has one
   * @param images the number of images
   * @param list the SHA-256 of the sorted relative paths
   * @param page the images of a page
   * @param audit the images of the audit
   * @param target the share of right images at which the person can stop, in percent
   */
  record Start(
      int format,
      long seed,
      String clip,
      int images,
      String list,
      int page,
      int audit,
      double target)
      implements JournalEntry {
    public Start {
      clip = Objects.requireNonNullElse(clip, "");
      list = Objects.requireNonNullElse(list, "");
      check(page >= 1 && audit >= 0 && images >= 0 && target > 0 && target <= 100);
    }
  }

  /**
   * Images that are in the folder for the first time.
   *
   * @param images their paths, sorted
   * @param audit those drawn at random for the audit, in random order
   */
  record Arrival(List<String> images, List<String> audit) implements JournalEntry {
    public Arrival {
      images = copy(images);
      audit = copy(audit);
    }

    @Override
    public Arrival named(UnaryOperator<String> name) {
      return new Arrival(list(images, name), list(audit, name));
    }
  }

  /** Images that were drawn at random for the audit later. They count only for the folder. */
  record Draw(List<String> images) implements JournalEntry {
    public Draw {
      images = copy(images);
    }

    @Override
    public Draw named(UnaryOperator<String> name) {
      return new Draw(list(images, name));
    }
  }

  /**
   * What the files of images contain, so that an answer stays with its picture.
   *
   * @param contents the first digits of the SHA-256 of images, by path
   * @param moved the new paths of images whose files have another name, by old path
   * @param replaced the paths at which there is another picture now
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Contents(Map<String, String> contents, Map<String, String> moved, List<String> replaced)
      implements JournalEntry {
    public Contents {
      contents = contents == null ? Map.of() : new LinkedHashMap<>(contents);
      moved = moved == null ? Map.of() : new LinkedHashMap<>(moved);
      replaced = copy(replaced);
      check(
          Stream.of(contents, moved).flatMap(m -> m.values().stream()).noneMatch(Objects::isNull));
    }

    /** Returns what is known about the files, with other names. The names are not changed again. */
    @Override
    public Contents named(UnaryOperator<String> name) {
      Map<String, String> named = new LinkedHashMap<>();
      contents.forEach((path, content) -> named.put(name.apply(path), content));
      return new Contents(named, Map.of(), List.of());
    }
  }

  /**
   * Read images that take part in the choice from now on: the first ones of a random order.
   *
   * @param until the key of the last image in this order, see {@code label.ReadingOrder}
   * @param images the number of images
   */
  record Read(String until, int images) implements JournalEntry {
    public Read {
      until = Objects.requireNonNullElse(until, "");
    }
  }

  /** A new class. */
  record ClassAdded(
      @JsonProperty("class") int number,
      String name,
      @Nullable Integer step,
      @Nullable String by,
      @Nullable Long request)
      implements ClassChange {
    public ClassAdded {
      name = Objects.requireNonNullElse(name, "");
    }
  }

  /** A new name of a class. */
  record ClassRenamed(
      @JsonProperty("class") int number,
      String name,
      @Nullable Integer step,
      @Nullable String by,
      @Nullable Long request)
      implements ClassChange {
    public ClassRenamed {
      name = Objects.requireNonNullElse(name, "");
    }
  }

  /** A class whose images now belong to another one. */
  record ClassMerged(
      @JsonProperty("class") int number,
      int into,
      @Nullable Integer step,
      @Nullable String by,
      @Nullable Long request)
      implements ClassChange {}

  /** The end of a class without images. */
  record ClassDeleted(
      @JsonProperty("class") int number,
      @Nullable Integer step,
      @Nullable String by,
      @Nullable Long request)
      implements ClassChange {}

  /**
   * An answer: images of one page, with one key press or click.
   *
   * @param number the proposed class of a page, otherwise null
   * @param labels the class of each image by its path, or {@link #NONE} or {@link #SKIP}
   * @param passed the audit images in front of the last shown image. They are passed when the whole
   *     page is answered.
   * @param rest the images of the page that it left without an answer
   * @param corrected the images to which the program had given another class, for a check of the
   *     folder
   * @param seconds the time that the person took
   * @param added the names of new classes by their numbers. The labels may use them.
   */
  record Answer(
      Integer step,
      Kind kind,
      @JsonProperty("class") @Nullable Integer number,
      Map<String, Integer> labels,
      List<String> passed,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> rest,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> corrected,
      @Nullable Double seconds,
      @Nullable String by,
      @Nullable Long request,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<Integer, String> added)
      implements Action {
    public Answer {
      step = Objects.requireNonNullElse(step, 0);
      kind = Objects.requireNonNullElse(kind, Kind.PAGE);
      labels = labels == null ? Map.of() : new LinkedHashMap<>(labels);
      check(!labels.containsValue(null));
      passed = copy(passed);
      rest = copy(rest);
      corrected = copy(corrected);
      added = added == null ? Map.of() : new LinkedHashMap<>(added);
      check(added.values().stream().noneMatch(Objects::isNull));
    }

    @Override
    public Answer named(UnaryOperator<String> name) {
      Map<String, Integer> named = new LinkedHashMap<>();
      labels.forEach((path, label) -> named.put(name.apply(path), label));
      return new Answer(
          step,
          kind,
          number,
          named,
          list(passed, name),
          list(rest, name),
          list(corrected, name),
          seconds,
          by,
          request,
          added);
    }
  }

  /**
   * Random images of the whole folder, to check their labels.
   *
   * @param images the number of drawn images. Those in neither list have no label that could be
   *     kept: the person skipped them, or they were passed without an answer.
   * @param asked those to ask
   * @param audit answered audit images, in place of drawn images that nobody labeled
   */
  record CheckDrawn(int images, List<String> asked, List<String> audit) implements JournalEntry {
    public CheckDrawn {
      asked = copy(asked);
      audit = copy(audit);
      check(images >= asked.size() + audit.size());
    }

    @Override
    public CheckDrawn named(UnaryOperator<String> name) {
      return new CheckDrawn(images, list(asked, name), list(audit, name));
    }
  }

  /** The removal of an action. */
  record Undo(int step, @Nullable String by, @Nullable Long request) implements Sent {}

  /** The end of the session. */
  record Finish() implements JournalEntry {}

  private static List<String> copy(@Nullable List<String> paths) {
    return paths == null ? List.of() : List.copyOf(paths);
  }

  private static void check(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException("a value is out of range");
    }
  }

  private static List<String> list(List<String> paths, UnaryOperator<String> name) {
    return paths.stream().map(name).toList();
  }

  /** Returns the entry with other names of its images. */
  default JournalEntry named(UnaryOperator<String> name) {
    return this;
  }

  /** Returns the line of this entry, without a line end. */
  default String line() {
    try {
      return Json.STRICT.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
