package org.kgcoop.bank;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;

/**
 * Brings a bank into files that follow from what it holds alone. Which features share a file is
 * else a matter of what was missing when; merged, banks of the same features are the same in every
 * byte (but for the times beside them), and a bank that grew in small steps opens quicker.
 *
 * <p>It takes the memory that opening the bank does. A run that opens the bank meanwhile may find a
 * file gone, and computes again what was in it.
 */
public final class BankMerge {
  private BankMerge() {}

  /**
   * Merges the files of each model and way of computing.
   *
   * @param bank the folder that {@code --bank} names
   * @param warnings gets a line for a damaged file, which stays as it is
   * @return how many features there are
   */
  public static long merge(Path bank, Consumer<String> warnings) {
    long count = 0;
    for (Path folder : list(bank, Files::isDirectory)) {
      count += mergeFolder(folder, warnings);
    }
    return count;
  }

  private static long mergeFolder(Path folder, Consumer<String> warnings) {
    TreeMap<String, Shard.Feature> features = new TreeMap<>();
    List<Path> read = new ArrayList<>();
    for (Path file : list(folder, path -> path.toString().endsWith(Shard.ENDING))) {
      try {
        Shard.read(file).features().forEach(feature -> features.put(feature.key(), feature));
        read.add(file);
      } catch (KgCoopException e) {
        warnings.accept(e.getMessage() + " (left as it is)");
      }
    }
    List<Shard.Feature> sorted = List.copyOf(features.values());
    Set<Path> written = new HashSet<>();
    for (int from = 0; from < sorted.size(); from += Shard.LENGTH) {
      int to = Math.min(from + Shard.LENGTH, sorted.size());
      written.add(new Shard(sorted.subList(from, to)).write(folder));
    }
    for (Path file : read) {
      if (!written.contains(file)) {
        delete(file);
        delete(Shard.timeFile(file));
      }
    }
    return sorted.size();
  }

  private static List<Path> list(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(wanted).sorted().toList();
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be listed (" + e + "); expected a bank", e);
    }
  }

  private static void delete(Path file) {
    try {
      boolean unused = Files.deleteIfExists(file);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be deleted (" + e + "); merge again", e);
    }
  }
}
