package org.kgcoop.data.layout;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.InputFile;
import org.kgcoop.files.Json;
import org.kgcoop.image.ImageNames;

/**
 * A reader of WebDataset's tar files. Consecutive members with the same name up to the first dot
 * form one sample. A sample has an image ({@code .jpg}, {@code .png} ...) and a class: {@code .cls}
 * (a number from 0, or a name), {@code .txt} (a name) or {@code .json} (a number {@code label} or
 * {@code cls}, or a name {@code class_name}, {@code label_name} or {@code label}). If a sample has
 * no class, its folder is the class.
 */
final class WebDatasetTar implements PackedFormat {

  private static final int BLOCK = 512;
  private static final long MAX_MEMBER_BYTES = 512L << 20;

  /** The key and the endings of a member that is not hidden. */
  private static final Pattern NAME =
      Pattern.compile("(?:\\./)*((?:.*/)?[^./][^./]*)([^/]*)", Pattern.DOTALL);

  @Override
  public List<String> endings() {
    return List.of(".tar", ".tar.gz", ".tgz");
  }

  @Override
  public void read(Path file, Consumer<PackedImage> images) {
    boolean compressed = !Folders.name(file).toLowerCase(Locale.ROOT).endsWith(".tar");
    if (!compressed) {
      checkEnd(file);
    }
    Sample sample = new Sample(file, "", images);
    try (InputStream raw = new BufferedInputStream(InputFile.open(file), 1 << 16);
        InputStream plain = compressed ? new GZIPInputStream(raw) : raw;
        BoundedTar tar = new BoundedTar(plain)) {
      for (TarArchiveEntry member = tar.getNextEntry();
          member != null;
          member = tar.getNextEntry()) {
        Matcher name = NAME.matcher(member.getName());
        if (!member.isFile() || !name.matches()) {
          continue; // hidden
        }
        if (member.getSize() > MAX_MEMBER_BYTES) {
          throw KgCoopException.data(
              "%s, member %s: %s bytes, which is more than an image needs"
                  .formatted(file, member.getName(), member.getSize()));
        }
        if (!name.group(1).equals(sample.key)) {
          sample.finish();
          sample = new Sample(file, name.group(1), images);
        }
        sample.add(name.group(2).toLowerCase(Locale.ROOT), tar.readAllBytes());
      }
      sample.finish();
    } catch (IOException | IllegalArgumentException e) {
      // The library reports some damaged headers as illegal arguments.
      throw KgCoopException.data(
          "%s: damaged or cut short%s: %s; get it again"
              .formatted(
                  file,
                  sample.key.isEmpty() ? "" : " after sample " + sample.key,
                  e instanceof IOException io
                      ? Messages.reason(io)
                      : Messages.firstLine(e.getMessage(), e)),
          e);
    }
  }

  /** Checks that the tar ends in blocks of zeros, because it may be cut between two members. */
  private static void checkEnd(Path file) {
    try (SeekableByteChannel tar = Files.newByteChannel(file)) {
      boolean whole = tar.size() >= BLOCK && tar.size() % BLOCK == 0;
      if (whole) {
        tar.position(tar.size() - BLOCK);
        byte[] last = Channels.newInputStream(tar).readNBytes(BLOCK);
        whole = Arrays.equals(last, new byte[BLOCK]);
      }
      if (!whole) {
        throw KgCoopException.data(
            "%s: incomplete tar file, %s bytes do not end in an empty block; get it again"
                .formatted(file, tar.size()));
      }
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /** The members with one key. */
  private static final class Sample {
    private final Path file;
    private final String key;
    private final Consumer<PackedImage> images;
    private byte @Nullable [] image;
    private String ending = "";
    private @Nullable Integer label;
    private @Nullable String className;

    Sample(Path file, String key, Consumer<PackedImage> images) {
      this.file = file;
      this.key = key;
      this.images = images;
    }

    void add(String kind, byte[] content) {
      if (ImageNames.isRead(kind)) {
        if (image != null) {
          throw problem("two images of one name; expected one per sample");
        }
        image = content;
        ending = kind;
      } else if (kind.endsWith(".cls")) {
        String text = text(content);
        if (text.matches("[0-9]{1,9}")) {
          label = Integer.parseInt(text);
        } else {
          className = text;
        }
      } else if (kind.endsWith(".txt")) {
        className = text(content);
      } else if (kind.endsWith(".json") && content.length > 0) {
        addJson(content);
      }
    }

    private void addJson(byte[] content) {
      Map<?, ?> json;
      try {
        Object value = Json.LENIENT.readValue(content, Object.class);
        json = value instanceof Map<?, ?> fields ? fields : Map.of();
      } catch (IOException e) {
        throw problem("its .json is not JSON");
      }
      for (String field : List.of("label", "cls")) {
        if (json.get(field) instanceof Integer number && number >= 0) {
          label = number;
        }
      }
      for (String field : List.of("class_name", "label_name", "classname", "label", "cls")) {
        if (className == null && json.get(field) instanceof String name) {
          className = name.strip();
        }
      }
    }

    private static String text(byte[] content) {
      return new String(content, StandardCharsets.UTF_8).strip();
    }

    void finish() {
      if (image == null) {
        if (label != null || className != null) {
          throw problem(
              "a class but no image; the file is incomplete, or its members are not in order");
        }
        return;
      }
      if (label == null && className == null) {
        List<String> folders = List.of(key.split("/"));
        if (folders.size() < 2) {
          throw problem("no class; expected a member .cls, .txt or .json, or one folder per class");
        }
        className = folders.get(folders.size() - 2);
      }
      images.accept(new PackedImage(key + ending, image, label, className));
    }

    private KgCoopException problem(String what) {
      return KgCoopException.data("%s, sample %s: %s".formatted(file, key, what));
    }
  }
}
