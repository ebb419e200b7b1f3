package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.runs.TagRecord;
import org.kgcoop.runs.TagRecord.Check;
import org.kgcoop.runs.TagRecord.Result;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagMeasurement;

/** What the command and the report say about tags. */
public record TagSentences(TagRecord record) {
  private static final int ONE_IN = 20; // promises that may be too high

  /** Returns what was learned from. */
  public String learnedFrom() {
    TagRecord.Images images = record.images();
    String groups =
        images.groups() == images.labeled()
            ? ""
            : ", in %s of near copies"
                .formatted(Messages.count(images.groups(), "group", "groups"));
    return "%s%s, of %s in the folder"
        .formatted(
            Messages.count(images.labeled(), "labeled image", "labeled images"),
            groups,
            images.all());
  }

  /** Returns a sentence for each tag, the one with the least promise first. */
  public List<String> tags() {
    return record.tags().stream().map(this::of).toList();
  }

  /** Returns what the sentences mean, and how many tags are written. */
  public List<String> end() {
    long written = record.tags().stream().filter(each -> each.tag().by().isWritten()).count();
    List<String> lines = new ArrayList<>();
    lines.add("\"Right\" means: as you would tag it, for images like these.");
    lines.add(
        "%s of %s written. Expect a number to be too high for at most 1 tag in %s."
            .formatted(
                written, Messages.count(record.tags().size(), "tag is", "tags are"), ONE_IN));
    return lines;
  }

  private String of(Result result) {
    return Messages.line(result.tag().name()) + ": " + promise(result);
  }

  /** Returns what the sentence of a tag says after its name. */
  String promise(Result result) {
    LearnedTag tag = result.tag();
    Check check = result.check();
    int wish = record.settings().wish();
    return switch (tag.by()) {
      case FOLDS -> written(tag, "; it finds at least %s of 100".formatted(tag.finds()));
      case STRICT -> written(tag, "; recall not measured");
      case CHECKED ->
          "of 100 images of this folder that get it, at least %s are right (you checked %s)"
              .formatted(tag.promise(), check == null ? 0 : check.images());
      case BELOW ->
          check == null
              ? "not written: at least %s of 100 would be right, you wish %s%s"
                  .formatted(
                      tag.promise(),
                      wish,
                      ofCheck(Check.IMAGES) < wish
                          ? ""
                          : "; check %s images".formatted(Check.IMAGES))
              : checked(check);
      case NOT_MEASURED -> check == null ? unmeasured(result) : checked(check);
    };
  }

  /** Returns the largest promise of a check with so many images that are not wrong. */
  private static int ofCheck(int right) {
    return TagMeasurement.afterCheck(right, Check.IMAGES);
  }

  private static String written(LearnedTag tag, String recall) {
    String unknown = tag.unknown() ? ", more if keywords are missing" : "";
    String of = tag.unknown() && tag.finds() != null ? " that have the keyword" : "";
    return "of 100 images that get it, at least %s are right%s%s%s"
        .formatted(tag.promise(), unknown, recall, of);
  }

  /** Returns what a check says that does not admit the tag. It has a limit only at its end. */
  private String checked(Check check) {
    int wish = record.settings().wish();
    int answers = check.right() + check.wrong();
    if (!check.open().isEmpty()) {
      return "not written: %s of %s images are not checked"
          .formatted(check.open().size(), check.images());
    }
    if (check.wrong() == 0) {
      return "not written: %s checked images promise at most %s of 100, you wish %s"
          .formatted(check.images(), ofCheck(check.images()), wish);
    }
    return "not written: you checked %s images, and %s wrong; %s, you wish %s"
        .formatted(
            answers,
            check.wrong() == 1 ? "1 is" : check.wrong() + " are",
            answers < check.images()
                ? "that is too many"
                : "at least %s of 100 are right".formatted(ofCheck(check.right())),
            wish);
  }

  private String unmeasured(Result result) {
    int others = record.images().labeled() - result.positives();
    String why =
        record.images().groups() < TagMeasurement.FOLDS
            ? "the images are in %s groups, %s are needed"
                .formatted(record.images().groups(), TagMeasurement.FOLDS)
            : result.positives() >= TagMeasurement.LEAST && others < TagMeasurement.LEAST
                ? "%s not have it, %s are needed"
                    .formatted(
                        Messages.count(others, "image does", "images do"), TagMeasurement.LEAST)
                : "%s it%s, %s are needed"
                    .formatted(
                        Messages.count(result.positives(), "image has", "images have"),
                        result.positives() < TagMeasurement.LEAST
                            ? ""
                            : Formats.text(
                                ", which count as %.1f without near copies",
                                result.effectivePositives()),
                        TagMeasurement.LEAST);
    return "not measured: " + why;
  }
}
