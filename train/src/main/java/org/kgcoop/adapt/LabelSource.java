package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.data.layout.PhotoKeywords;
import org.kgcoop.journal.LabelJournal;
import org.kgcoop.runs.AdaptRecord.Labels;

/**
 * Origin of the labels of an adaptation. If a program or a person chose which images got a label,
 * cross-validation on them is wrong by up to 20 points. A random audit measures the accuracy
 * instead.
 *
 * @param labels the origin, for the record
 * @param audit the keys of the images that were drawn at random; empty if there is no audit
 */
public record LabelSource(Labels labels, Set<String> audit) {
  /** Labels of unknown origin. */
  public static final LabelSource UNSTATED = new LabelSource(Labels.UNSTATED, Set.of());

  /** Returns the statement of the user; null if there is none. */
  public static LabelSource stated(Labels.@Nullable Origin origin) {
    return origin == null ? UNSTATED : new LabelSource(new Labels(origin, "", 0, 0), Set.of());
  }

  /**
   * Finds the origin of labels: the statement of the user that they are random, the journal of a
   * labeling session, the statement that they were chosen, or the record of a folder that a
   * classifier sorted, in this order. A journal says that labels were chosen, and has an audit.
   *
   * @param folder the folder of the data set
   * @param origin the statement of the user; null if there is none
   */
  public static LabelSource of(Path folder, DataSet data, Labels.@Nullable Origin origin) {
    if (origin == Labels.Origin.RANDOM) {
      return stated(origin);
    }
    List<Item> all = Stream.concat(data.train().stream(), data.val().stream()).toList();
    Optional<LabelJournal> journal = LabelJournal.find(folder);
    if (journal.isPresent()) {
      List<String> keys = all.stream().map(Item::key).toList();
      Set<String> audit = journal.get().auditAmong(keys);
      return chosen(journal.get().file().toString(), audit, 0);
    }
    if (origin != null) {
      return stated(origin);
    }
    int proposals = SortedFolder.read(folder).map(sorted -> sorted.unchanged(all)).orElse(0);
    return proposals == 0
        ? UNSTATED
        : chosen(folder.resolve(SortedFolder.FILE).toString(), Set.of(), proposals);
  }

  private static LabelSource chosen(String source, Set<String> audit, int proposals) {
    return new LabelSource(
        new Labels(Labels.Origin.CHOSEN, source, audit.size(), proposals), audit);
  }

  /** Returns the origin of labels that are keywords: some may be from kgcoop. */
  public LabelSource ofKeywords(DataSet data) {
    Stream<Item> all = Stream.concat(data.train().stream(), data.val().stream());
    int proposals =
        (int) all.filter(item -> PhotoKeywords.isAdded(item.file(), item.className())).count();
    return proposals == 0 || labels.origin() != Labels.Origin.UNSTATED
        ? this
        : chosen("kgcoop:added in the sidecars", Set.of(), proposals);
  }
}
