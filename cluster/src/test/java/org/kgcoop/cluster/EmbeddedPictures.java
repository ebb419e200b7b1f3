package org.kgcoop.cluster;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kgcoop.bank.BankMerge;
import org.kgcoop.bank.FeatureBank;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.bank.Shard;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.Item;
import org.kgcoop.files.EmbeddedFiles;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.Engine;

/** Images of the embedded data sets as files, and the bank that the local program makes of them. */
public final class EmbeddedPictures {
  private EmbeddedPictures() {}

  /** Some images, spread over the classes: FOLDER/PART/CLASS/NAME. */
  public static List<Path> copy(Path folder, int count) throws IOException {
    Path zip = EmbeddedFiles.file("datasets/objects.zip");
    try (FileSystem archive = FileSystems.newFileSystem(zip)) {
      List<Path> all;
      try (Stream<Path> files = Files.walk(archive.getPath("/"))) {
        all = files.filter(file -> file.toString().endsWith(".png")).sorted().toList();
      }
      List<Path> copies = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Path source = all.get((int) ((long) i * all.size() / count));
        Path target = folder.resolve(source.toString().substring(1));
        Files.createDirectories(target.getParent());
        copies.add(Files.copy(source, target));
      }
      return copies;
    }
  }

  /** A merged bank of images, made by core with a number of threads: its content. */
  public static Map<String, String> localBank(List<Path> pictures, Path bank, int threads)
      throws IOException {
    encode(pictures, bank, threads);
    return merged(bank);
  }

  /** Encodes images into a bank as every local command does. */
  public static void encode(List<Path> pictures, Path bank, int threads) {
    int before = Engine.threads();
    Engine.setThreads(threads);
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      List<Item> items =
          pictures.stream().map(file -> new Item(file.toString(), file, 0, "any")).toList();
      FeatureBank made =
          new FeatureBank(new PictureEncoder(clip, new Images(line -> {})), bank, line -> {});
      if (made.test(items, done -> {}).vectors().size() != pictures.size()) {
        throw new AssertionError("features are missing");
      }
    } finally {
      Engine.setThreads(before);
    }
  }

  /** The files of a bank after merging: their bytes by their names below it. */
  public static Map<String, String> merged(Path bank) throws IOException {
    BankMerge.merge(bank, line -> {});
    return content(bank);
  }

  /** The files with features: their bytes by their names below the bank. */
  public static Map<String, String> content(Path bank) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(bank)) {
      for (Path file : files.filter(f -> f.toString().endsWith(Shard.ENDING)).toList()) {
        content.put(
            bank.relativize(file).toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return content;
  }
}
