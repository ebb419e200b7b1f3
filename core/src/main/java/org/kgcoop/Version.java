package org.kgcoop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this library, as recorded by the build. Files that kgcoop writes contain it. */
public final class Version {
  private static final Properties BUILD = read();

  /** The version, such as {@code 0.1.0}, or {@code unknown} if Maven did not build the classes. */
  public static final String KGCOOP = BUILD.getProperty("version", "unknown");

  /**
   * The first 12 digits of the commit. It ends in {@code -dirty} if files differed from the commit.
   * It is {@code unknown} if the sources were not in a Git checkout.
   */
  public static final String COMMIT = BUILD.getProperty("commit", "unknown");

  private Version() {}

  private static Properties read() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
