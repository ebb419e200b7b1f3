package org.kgcoop.serve.http;

/** A rejected request: the client gets the status and the message. */
public final class RefusedRequestException extends RuntimeException {
  private final int status;

  public RefusedRequestException(int status, String reason) {
    super(reason);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
