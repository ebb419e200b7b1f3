package org.kgcoop.serve;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections that answer nothing and have had no whole request header for some time. An
 * idle timeout alone would let a header of one byte every few seconds keep its connection for a
 * day.
 */
final class HeaderDeadline extends AbstractLifeCycle {
  private final Server server;
  private final long limitNanos;
  private Map<Connection, Silence> silences = new HashMap<>();
  private volatile Scheduler.@Nullable Task next;

  /**
   * Since when a connection has had no header.
   *
   * @param requests it has had so far
   */
  private record Silence(long requests, long since) {}

  HeaderDeadline(Server server, long limitMilliseconds) {
    this.server = server;
    this.limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMilliseconds);
  }

  @Override
  protected void doStart() {
    schedule();
  }

  @Override
  protected void doStop() {
    Scheduler.Task task = next;
    if (task != null) {
      boolean unused = task.cancel();
    }
  }

  private void schedule() {
    next = server.getScheduler().schedule(this::look, limitNanos / 8, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    Map<Connection, Silence> found = new HashMap<>();
    for (Connector connector : server.getConnectors()) {
      for (EndPoint endPoint : connector.getConnectedEndPoints()) {
        Connection connection = endPoint.getConnection();
        if (connection != null && connection.getMessagesIn() == connection.getMessagesOut()) {
          Silence silence = silences.get(connection);
          if (silence == null || silence.requests() != connection.getMessagesIn()) {
            silence = new Silence(connection.getMessagesIn(), now);
          }
          if (now - silence.since() > limitNanos) {
            endPoint.close();
          } else {
            found.put(connection, silence);
          }
        }
      }
    }
    silences = found;
    if (isRunning()) {
      schedule();
    }
  }
}
