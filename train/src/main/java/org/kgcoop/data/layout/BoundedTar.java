package org.kgcoop.data.layout;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * A tar reader with a limit on the length of headers. The library reads long names and attributes
 * of any claimed length, and a compressed tar of 2 MB can contain a name of 2 GB.
 */
public final class BoundedTar extends TarArchiveInputStream {

  private static final int MAX_HEADER_BYTES = 1 << 20;

  public BoundedTar(InputStream in) {
    super(in, "UTF-8");
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    TarArchiveEntry entry = getCurrentEntry();
    if (entry != null && entry.getSize() > MAX_HEADER_BYTES && isHeader(entry)) {
      throw new IOException(
          "a name or its attributes have %s bytes, more than a member needs"
              .formatted(entry.getSize()));
    }
    return super.read(buffer, offset, length);
  }

  private static boolean isHeader(TarArchiveEntry entry) {
    return entry.isGNULongNameEntry()
        || entry.isGNULongLinkEntry()
        || entry.isPaxHeader()
        || entry.isGlobalPaxHeader();
  }
}
