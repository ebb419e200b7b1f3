package org.kgcoop.data.layout;

import com.adobe.internal.xmp.XMPConst;
import com.adobe.internal.xmp.XMPError;
import com.adobe.internal.xmp.XMPException;
import com.adobe.internal.xmp.XMPMeta;
import com.adobe.internal.xmp.XMPMetaFactory;
import com.adobe.internal.xmp.options.ParseOptions;
import com.adobe.internal.xmp.options.PropertyOptions;
import com.adobe.internal.xmp.options.SerializeOptions;
import com.adobe.internal.xmp.properties.XMPProperty;
import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.Metadata;
import com.drew.metadata.iptc.IptcDirectory;
import com.drew.metadata.xmp.XmpDirectory;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.LockedFile;
import org.kgcoop.files.UserFolders;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Keywords of photos, as photo programs read and write them. They are in the XMP sidecar {@code
 * photo.jpg.xmp}, or else in {@code photo.xmp}, or else in the photo. The first place with keywords
 * counts. Keywords are written only into {@code photo.jpg.xmp}: {@code photo.xmp} may belong to a
 * raw file of the same name, and photos never change.
 *
 * <p>A sidecar lists the keywords that kgcoop added, so that a later call removes none of a person.
 */
public final class PhotoKeywords {
  private static final char SEPARATOR = '|'; // of the levels of a keyword
  private static final int MAX_ATTEMPTS = 300; // of a tenth of a second, for the lock

  /** A property with keywords. */
  private enum Property {
    /** Names without levels, which every program reads. */
    SUBJECT(XMPConst.NS_DC, "dc", "subject", SEPARATOR),
    /** Names with levels. Lightroom, digiKam and Immich prefer them. */
    HIERARCHY("http://ns.adobe.com/lightroom/1.0/", "lr", "hierarchicalSubject", SEPARATOR),
    /** The tags of digiKam, which it prefers. */
    TAGS("http://www.digikam.org/ns/1.0/", "digiKam", "TagsList", '/'),
    /** The tags of Windows, which digiKam also writes. */
    WINDOWS("http://ns.microsoft.com/photo/1.0/", "MicrosoftPhoto", "LastKeywordXMP", '/'),
    /** The keywords that kgcoop added. */
    ADDED("urn:kgcoop:", "kgcoop", "added", SEPARATOR);

    /** The properties of photo programs. */
    static final List<Property> PHOTO = List.of(SUBJECT, HIERARCHY, TAGS, WINDOWS);

    private final String namespace;
    private final String key;
    private final char separator;

    Property(String namespace, String prefix, String key, char separator) {
      this.namespace = namespace;
      this.key = key;
      this.separator = separator;
      try {
        XMPMetaFactory.getSchemaRegistry().registerNamespace(namespace, prefix);
      } catch (XMPException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Returns the elements of the property. An element that is no text is empty. */
    List<String> in(XMPMeta xmp) {
      try {
        XMPProperty all = xmp.getProperty(namespace, key);
        List<String> elements = new ArrayList<>();
        if (all != null && !all.getOptions().isArray()) {
          elements.add(Objects.toString(all.getValue(), ""));
        } else if (all != null) {
          for (int i = 1; i <= xmp.countArrayItems(namespace, key); i++) {
            elements.add(Objects.toString(xmp.getArrayItem(namespace, key, i).getValue(), ""));
          }
        }
        return elements;
      } catch (XMPException e) {
        throw new IllegalStateException(e); // only for an invalid name of a property
      }
    }

    /** Sets the elements of the property. Those that stay keep their qualifiers. */
    void set(XMPMeta xmp, List<String> elements) throws XMPException {
      XMPProperty all = xmp.getProperty(namespace, key);
      if (elements.isEmpty() || (all != null && !all.getOptions().isArray())) {
        xmp.deleteProperty(namespace, key);
      }
      List<String> before = in(xmp);
      for (int i = before.size(); i >= 1; i--) {
        if (!elements.contains(before.get(i - 1))) {
          xmp.deleteArrayItem(namespace, key, i);
        }
      }
      for (String each : elements) {
        if (!before.contains(each)) {
          xmp.appendArrayItem(namespace, key, new PropertyOptions().setArray(true), each, null);
        }
      }
    }

    /** Returns true if a sidecar gets the property even if it has none. */
    boolean isAlwaysWritten() {
      return this == SUBJECT || this == HIERARCHY;
    }

    /** Returns a keyword with levels as this property has it. */
    String form(String path) {
      return this == SUBJECT ? ADDED.name(path) : path.replace(SEPARATOR, separator);
    }

    /** Returns the name of a keyword, without the levels above it. */
    String name(String element) {
      return this == SUBJECT ? element : element.substring(element.lastIndexOf(separator) + 1);
    }
  }

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
    return names(found(image));
  }

  /**
   * Returns true if kgcoop added a keyword to an image and nobody removed it. It is then the
   * proposal of a classifier, unless a person gave it in a labeling session.
   */
  public static boolean isAdded(Path image, String keyword) {
    Path file = sidecar(image);
    return Files.exists(file)
        && Property.ADDED.in(parsed(file)).stream()
            .anyMatch(each -> Property.ADDED.name(each).equals(keyword));
  }

  /**
   * Writes the keyword of a class into the sidecar of an image, next to the keywords of the image.
   * It replaces the keywords of the other classes that an earlier call added.
   *
   * @param image the image whose keywords are kept
   * @param target the image that gets the sidecar: the same, or a copy in another folder
   * @param levels the class with the groups above it, the largest group first; empty for no class
   * @param classes the names of all classes
   * @return true if a sidecar was written, false if there is nothing to change
   * @throws KgCoopException of the category DATA for a sidecar that cannot be read. It stays as it
   *     is.
   */
  public static synchronized boolean write(
      Path image, Path target, List<String> levels, Collection<String> classes) {
    try (LockedFile unused = lock()) {
      Path file = sidecar(image);
      boolean copies = Files.exists(file) && !image.equals(target);
      XMPMeta xmp = Files.exists(file) ? parsed(file) : XMPMetaFactory.create();
      if (!change(xmp, found(image), levels, classes) && !copies) {
        return false;
      }
      byte[] text =
          XMPMetaFactory.serializeToBuffer(xmp, new SerializeOptions().setOmitPacketWrapper(true));
      AtomicFile.write(
          AtomicFile.destination(sidecar(target)),
          out -> {
            out.write(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".getBytes(StandardCharsets.UTF_8));
            out.write(text);
          });
      return true;
    } catch (XMPException e) {
      throw unreadable(sidecar(image), e);
    } catch (IOException e) {
      throw FileErrors.unreadable(sidecar(image), e);
    }
  }

  /** Changes keywords. Returns false if they are right already. */
  private static boolean change(
      XMPMeta xmp,
      Map<Property, List<String>> found,
      List<String> levels,
      Collection<String> classes)
      throws XMPException {
    List<String> forms = levels.stream().map(PhotoKeywords::keyword).toList();
    String path = String.join("" + SEPARATOR, forms);
    String name = forms.isEmpty() ? "" : forms.get(forms.size() - 1);
    Set<String> names = new HashSet<>(classes.stream().map(PhotoKeywords::keyword).toList());
    List<String> added = Property.ADDED.in(xmp);
    List<String> obsolete =
        added.stream()
            .filter(each -> names.contains(Property.ADDED.name(each)) && !each.equals(path))
            .toList();
    boolean changed = false;
    boolean isThere = name.isEmpty() || added.contains(path);
    for (Property property : Property.PHOTO) {
      List<String> before = property.in(xmp);
      List<String> after = new ArrayList<>(before);
      if (before.isEmpty() && !name.isEmpty() && property.isAlwaysWritten()) {
        after.addAll(found.getOrDefault(property, List.copyOf(names(found))));
      }
      obsolete.forEach(each -> after.remove(property.form(each)));
      boolean has = after.stream().anyMatch(each -> property.name(each).equals(name));
      isThere |= has;
      if (!has && !name.isEmpty() && (property.isAlwaysWritten() || !after.isEmpty())) {
        after.add(property.form(path));
      }
      changed |= !after.equals(before);
      property.set(xmp, after);
    }
    List<String> remaining = new ArrayList<>(added);
    remaining.removeAll(obsolete);
    if (!isThere) {
      remaining.add(path);
    }
    Property.ADDED.set(xmp, remaining);
    return changed || !remaining.equals(added);
  }

  /** Returns a class name without the separators of levels. */
  private static String keyword(String className) {
    return className.replaceAll("[|/]", "-");
  }

  private static Set<String> names(Map<Property, List<String>> found) {
    Set<String> names = new TreeSet<>();
    found.forEach((property, all) -> all.forEach(each -> names.add(property.name(each))));
    names.remove("");
    return names;
  }

  /** Returns the keywords of the first place that has some. */
  private static Map<Property, List<String>> found(Path image) {
    String withoutEnding = Folders.name(image).replaceFirst("^(.*?)(\\.[^.]*)?$", "$1.xmp");
    return first(
            Stream.of(sidecar(image), image.resolveSibling(withoutEnding))
                .filter(Files::exists)
                .map(PhotoKeywords::parsed))
        .orElseGet(() -> inside(image));
  }

  private static Optional<Map<Property, List<String>>> first(Stream<XMPMeta> places) {
    return places.map(PhotoKeywords::in).filter(found -> !found.isEmpty()).findFirst();
  }

  private static Map<Property, List<String>> in(XMPMeta xmp) {
    Map<Property, List<String>> found = new EnumMap<>(Property.class);
    Property.PHOTO.forEach(property -> found.put(property, property.in(xmp)));
    found.values().removeIf(List::isEmpty);
    return found;
  }

  /** Returns the keywords in an image file: those in XMP, or else those of IPTC. */
  private static Map<Property, List<String>> inside(Path image) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(image))) {
      Metadata metadata = ImageMetadataReader.readMetadata(in);
      IptcDirectory iptc = metadata.getFirstDirectoryOfType(IptcDirectory.class);
      List<String> keywords = iptc == null ? null : iptc.getKeywords();
      return first(
              metadata.getDirectoriesOfType(XmpDirectory.class).stream()
                  .map(XmpDirectory::getXMPMeta))
          .orElse(keywords == null ? Map.of() : Map.of(Property.SUBJECT, keywords));
    } catch (ImageProcessingException | IOException e) {
      return Map.of(); // whoever reads the image reports it
    }
  }

  /**
   * Parses a sidecar. Adobe's parser prints errors of the XML, and returns no property for XML of
   * another kind, so both are found here.
   */
  private static XMPMeta parsed(Path file) {
    try {
      byte[] bytes = Folders.bytes(file);
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler());
      builder.parse(new ByteArrayInputStream(bytes));
      XMPMeta xmp =
          XMPMetaFactory.parseFromBuffer(
              bytes,
              new ParseOptions()
                  .setOmitNormalization(true) // it would change other properties
                  .setAcceptLatin1(false)
                  .setFixControlChars(false));
      if (xmp.iterator().hasNext()) {
        return xmp;
      }
      throw new XMPException("it has no property", XMPError.BADXMP);
    } catch (XMPException | SAXException | ParserConfigurationException e) {
      throw unreadable(file, e);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  private static KgCoopException unreadable(Path file, Exception cause) {
    return KgCoopException.data(
        "%s: not an XMP sidecar, so it is left as it is: %s; repair it, or move it away"
            .formatted(file, Messages.firstLine(cause.getMessage(), cause)),
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
