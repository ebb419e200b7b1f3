package org.kgcoop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this library, as files state which one wrote them. The build states it. */
public final class Version {
  private static final Properties BUILD = read();

  /** The version, such as {@code 0.1.0}; {@code unknown} for classes that Maven has not built. */
  public static final String KGCOOP = BUILD.getProperty("version", "unknown");

  /**
   * The commit that was built, in 12 digits, with {@code -dirty} behind it where files differed
   * from it; {@code unknown} where the sources were no git checkout.
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
