package org.kgcoop.data.layout;

import java.util.List;

/** A property of XMP with keywords. */
enum KeywordProperty {
  /** Names without levels, which every program reads. */
  SUBJECT("http://purl.org/dc/elements/1.1/", "dc", "subject", '|'),
  /** Names with levels. Lightroom, digiKam and Immich prefer them. */
  HIERARCHY("http://ns.adobe.com/lightroom/1.0/", "lr", "hierarchicalSubject", '|'),
  /** The tags of digiKam, which it prefers. */
  TAGS("http://www.digikam.org/ns/1.0/", "digiKam", "TagsList", '/'),
  /** The tags of Windows, which digiKam also writes. */
  WINDOWS("http://ns.microsoft.com/photo/1.0/", "MicrosoftPhoto", "LastKeywordXMP", '/'),
  /** The keywords that kgcoop added. */
  ADDED("urn:kgcoop:", "kgcoop", "added", '|');

  /** The properties of photo programs. */
  static final List<KeywordProperty> PHOTO = List.of(SUBJECT, HIERARCHY, TAGS, WINDOWS);

  /** The separator of the levels of a keyword, except in the properties that have their own. */
  static final char SEPARATOR = '|';

  private final String namespace;
  private final String prefix;
  private final String key;
  private final char separator;

  KeywordProperty(String namespace, String prefix, String key, char separator) {
    this.namespace = namespace;
    this.prefix = prefix;
    this.key = key;
    this.separator = separator;
  }

  String namespace() {
    return namespace;
  }

  String prefix() {
    return prefix;
  }

  /** Returns the name without a prefix. */
  String key() {
    return key;
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

  @Override
  public String toString() {
    return prefix + ":" + key;
  }
}
