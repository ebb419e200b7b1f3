package org.kgcoop.serve.http;

/** An error that the client gets as a status and a message. */
public final class HttpErrorException extends RuntimeException {
  private final int status;

  public HttpErrorException(int status, String message) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
