package org.kgcoop.data.layout;

import com.adobe.internal.xmp.XMPException;
import com.adobe.internal.xmp.XMPMeta;
import com.adobe.internal.xmp.XMPMetaFactory;
import com.adobe.internal.xmp.options.SerializeOptions;
import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.Metadata;
import com.drew.metadata.iptc.IptcDirectory;
import com.drew.metadata.xmp.XmpDirectory;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.stream.XMLStreamException;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.InputFile;
import org.kgcoop.files.LockedFile;
import org.kgcoop.files.UserFolders;

/**
 * Keywords of photos, as photo programs read and write them. They are in the XMP sidecar {@code
 * photo.jpg.xmp}, or else in {@code photo.xmp}, or else in the photo. The first place with keywords
 * counts. Keywords are written only into {@code photo.jpg.xmp}: {@code photo.xmp} may belong to a
 * raw file of the same name, and photos never change.
 *
 * <p>A sidecar lists the keywords that kgcoop added, so that a later call removes none of a person.
 */
public final class PhotoKeywords {
  private static final int MAX_ATTEMPTS = 300; // of a tenth of a second, for the lock
  private static final int MAX_BYTES = 32 << 20; // of a sidecar

  private static final Set<PosixFilePermission> MAY_WRITE =
      Set.of(
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_WRITE);

  private static final Pattern NOT_IN_XML = Pattern.compile("[\\p{Cc}\\p{Cs}\ufffe\uffff]");

  private static final String REPAIR = "; repair it, or move it away";

  private PhotoKeywords() {}

  /** Returns the sidecar into which the keywords of an image are written. */
  public static Path sidecar(Path image) {
    return image.resolveSibling(Folders.name(image) + ".xmp");
  }

  /**
   * Returns the keywords of an image, without the levels above them.
   *
   * @throws KgCoopException of the category DATA for a sidecar that cannot be read
   */
  public static Set<String> of(Path image) {
    return names(found(read(sidecar(image)).orElse(null), image));
  }

  /**
   * Returns true if kgcoop added a keyword to an image and nobody removed it. It is then the
   * proposal of a classifier, unless a person gave it in a labeling session.
   */
  public static boolean isAdded(Path image, String keyword) {
    return added(image).contains(keyword);
  }

  /** Returns the keywords for which {@link #isAdded} is true. */
  static Set<String> added(Path image) {
    return read(sidecar(image)).stream()
        .flatMap(own -> own.keywords(KeywordProperty.ADDED).stream())
        .map(KeywordProperty.ADDED::name)
        .collect(Collectors.toSet());
  }

  /**
   * Writes the keywords of classes into the sidecar of an image, next to the keywords of the image.
   * They replace the keywords of the other classes that an earlier call added. All other bytes of
   * the sidecar, its mode and, where the system permits it, its owner stay.
   *
   * @param image the image whose keywords are kept
   * @param target the image that gets the sidecar: the same, or a copy in another folder
   * @param answers each class of the image with the groups above it, the largest group first; empty
   *     for no class
   * @param classes the names of all classes
   * @return true if a sidecar was written, false if there is nothing to change
   * @throws KgCoopException of the category DATA if this sidecar cannot be read or replaced. It
   *     stays as it is. Of the category IO for a full or damaged disk.
   */
  public static synchronized boolean write(
      Path image, Path target, List<List<String>> answers, Collection<String> classes) {
    try (LockedFile unused = lock()) {
      Path file = sidecar(image);
      boolean isCopy = !image.equals(target);
      Optional<Sidecar> own = read(file);
      Sidecar before = own.orElseGet(Sidecar::empty);
      Map<KeywordProperty, List<String>> keywords =
          changed(before, found(own.orElse(null), image), answers, classes);
      if (keywords.isEmpty() && (own.isEmpty() || !isCopy)) {
        return false;
      }
      if (own.isPresent() && !isCopy) {
        checkReplaceable(file);
      }
      byte[] after = before.with(keywords);
      AtomicFile.write(AtomicFile.destination(sidecar(target)), file, out -> out.write(after));
      return true;
    } catch (XMLStreamException e) {
      String reason = ": " + Messages.firstLine(e.getMessage(), e);
      throw unchanged(sidecar(image), "its keywords cannot be changed", reason + REPAIR, e);
    } catch (IOException e) {
      throw FileErrors.unreadable(sidecar(image), e);
    } catch (KgCoopException e) {
      // The path is the problem, such as a folder that is read-only. For a disk that is full, the
      // JDK throws another type.
      throw e.getCause() instanceof FileSystemException
          ? KgCoopException.data(String.valueOf(e.getMessage()), e)
          : e;
    }
  }

  /**
   * Rejects a sidecar that a person has protected, or that a new file would separate from others.
   */
  private static void checkReplaceable(Path file) throws IOException {
    Set<String> views = file.getFileSystem().supportedFileAttributeViews();
    boolean isReadOnly =
        !Files.isWritable(file)
            || (views.contains("posix")
                && Collections.disjoint(Files.getPosixFilePermissions(file), MAY_WRITE));
    if (isReadOnly) { // root may write it in spite of its mode
      throw unchanged(file, "read-only", "; make it writable, or move it away", null);
    }
    if (views.contains("unix") && (int) Files.getAttribute(file, "unix:nlink") > 1) {
      String what = "it has other names (hard links)"; // they would keep the old content
      throw unchanged(file, what, "; put a copy in its place", null);
    }
  }

  /**
   * Returns the properties that change, with all their keywords; empty if they are right already.
   */
  private static Map<KeywordProperty, List<String>> changed(
      Sidecar own,
      Map<KeywordProperty, List<String>> found,
      List<List<String>> answers,
      Collection<String> classes) {
    List<String> paths =
        answers.stream()
            .map(levels -> levels.stream().map(PhotoKeywords::keyword).toList())
            .map(forms -> String.join("" + KeywordProperty.SEPARATOR, forms))
            .distinct()
            .toList();
    Set<String> names = new HashSet<>(classes.stream().map(PhotoKeywords::keyword).toList());
    List<String> added = own.keywords(KeywordProperty.ADDED);
    List<String> obsolete =
        added.stream()
            .filter(each -> names.contains(KeywordProperty.ADDED.name(each)))
            .filter(each -> !paths.contains(each))
            .toList();
    Set<String> there = new HashSet<>(added);
    Map<KeywordProperty, List<String>> all = new EnumMap<>(KeywordProperty.class);
    for (KeywordProperty property : KeywordProperty.PHOTO) {
      List<String> before = own.keywords(property);
      List<String> after = new ArrayList<>(before);
      if (before.isEmpty() && !paths.isEmpty() && property.isAlwaysWritten()) {
        after.addAll(found.getOrDefault(property, List.copyOf(names(found))));
      }
      obsolete.forEach(each -> after.remove(property.form(each)));
      boolean isWritten = property.isAlwaysWritten() || !after.isEmpty();
      for (String path : paths) {
        String name = KeywordProperty.ADDED.name(path);
        if (after.stream().anyMatch(each -> property.name(each).equals(name))) {
          there.add(path);
        } else if (isWritten) {
          after.add(property.form(path));
        }
      }
      all.put(property, after);
    }
    List<String> remaining = new ArrayList<>(added);
    remaining.removeAll(obsolete);
    paths.stream().filter(path -> !there.contains(path)).forEach(remaining::add);
    all.put(KeywordProperty.ADDED, remaining);
    all.entrySet().removeIf(each -> each.getValue().equals(own.keywords(each.getKey())));
    return all;
  }

  /** Returns a class name without the separators of levels. */
  private static String keyword(String className) {
    return text(className.replaceAll("[|/]", "-"));
  }

  /** Returns a text with blanks for the characters that XML cannot contain. */
  private static String text(String keyword) {
    return NOT_IN_XML.matcher(keyword).replaceAll(" ");
  }

  private static List<String> texts(List<String> keywords) {
    return keywords.stream().map(PhotoKeywords::text).filter(each -> !each.isEmpty()).toList();
  }

  private static Set<String> names(Map<KeywordProperty, List<String>> found) {
    Set<String> names = new TreeSet<>();
    found.forEach((property, all) -> all.forEach(each -> names.add(property.name(each))));
    names.remove("");
    return names;
  }

  /**
   * Returns the keywords of the first place that has some.
   *
   * @param own the sidecar of the image, or null if it has none
   */
  private static Map<KeywordProperty, List<String>> found(@Nullable Sidecar own, Path image) {
    String name = Folders.name(image);
    int dot = name.lastIndexOf('.');
    Path other = image.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".xmp");
    Map<KeywordProperty, List<String>> found = own == null ? Map.of() : in(own);
    if (found.isEmpty()) {
      found = read(other).map(PhotoKeywords::in).orElse(Map.of());
    }
    return found.isEmpty() ? inside(image) : found;
  }

  /** Returns the keywords of a document that are texts. */
  private static Map<KeywordProperty, List<String>> in(Sidecar sidecar) {
    Map<KeywordProperty, List<String>> found = new EnumMap<>(KeywordProperty.class);
    for (KeywordProperty property : KeywordProperty.PHOTO) {
      found.put(property, texts(sidecar.keywords(property)));
    }
    found.values().removeIf(List::isEmpty);
    return found;
  }

  /** Returns the keywords in an image file: those in XMP, or else those of IPTC. */
  private static Map<KeywordProperty, List<String>> inside(Path image) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(image))) {
      Metadata metadata = ImageMetadataReader.readMetadata(in);
      for (XmpDirectory each : metadata.getDirectoriesOfType(XmpDirectory.class)) {
        byte[] document = serialized(each.getXMPMeta());
        Map<KeywordProperty, List<String>> found = in(Sidecar.of(document));
        if (!found.isEmpty()) {
          return found;
        }
      }
      IptcDirectory iptc = metadata.getFirstDirectoryOfType(IptcDirectory.class);
      List<String> keywords = iptc == null ? null : iptc.getKeywords();
      return keywords == null ? Map.of() : Map.of(KeywordProperty.SUBJECT, texts(keywords));
    } catch (ImageProcessingException
        | XMPException
        | XMLStreamException
        | IOException
        | RuntimeException
        | StackOverflowError e) { // the libraries throw any error for a damaged photo
      return Map.of(); // whoever reads the image reports it
    }
  }

  private static byte[] serialized(XMPMeta xmp) throws XMPException {
    return XMPMetaFactory.serializeToBuffer(xmp, new SerializeOptions().setOmitPacketWrapper(true));
  }

  /**
   * Reads a sidecar, if there is one.
   *
   * @throws KgCoopException of the category DATA if it cannot be read
   */
  private static Optional<Sidecar> read(Path file) {
    try {
      long size = InputFile.check(file).size();
      if (size > MAX_BYTES) {
        String fix = "; expected at most %s bytes".formatted(MAX_BYTES);
        throw unchanged(file, "a file of %s bytes".formatted(size), fix + REPAIR, null);
      }
      return Optional.of(Sidecar.of(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (XMLStreamException e) {
      String reason = ": " + Messages.firstLine(e.getMessage(), e);
      throw unchanged(file, "not an XMP sidecar", reason + REPAIR, e);
    } catch (IOException e) {
      throw unchanged(file, "it cannot be read", ": " + FileErrors.reason(e) + REPAIR, e);
    }
  }

  private static KgCoopException unchanged(
      Path file, String what, String fix, @Nullable Exception cause) {
    return new KgCoopException(
        KgCoopException.Category.DATA,
        "%s: %s, so it is left as it is%s".formatted(file, what, fix),
        cause);
  }

  /** Keeps other processes out, because each reads a sidecar before it replaces it. */
  private static LockedFile lock() {
    Path file = UserFolders.cache("keywords.lock");
    try {
      Files.createDirectories(Folders.parent(file));
      for (int i = 0; i < MAX_ATTEMPTS; i++) {
        Optional<LockedFile> lock = LockedFile.tryOpen(file);
        if (lock.isPresent()) {
          return lock.get();
        }
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          "%s: cannot be locked: %s; check the permissions, or set XDG_CACHE_HOME"
              .formatted(file, FileErrors.reason(e)),
          e);
    }
    throw KgCoopException.configuration(
        file + ": another call writes keywords; wait for its end, and run this one again");
  }
}
