# A server with the embedded classifier, for everybody who can reach the port:
#   ./mvnw package -Prelease -DskipTests
#   docker build -t kgcoop . && docker run -p 127.0.0.1:8080:8080 kgcoop
# With your own classifier: docker run -v "$PWD/runs:/runs:ro" -p ... kgcoop serve /runs/pets --host 0.0.0.0 --token-file ...
# The workflow `release` builds this image and waits until it is ready. That has not run yet. The archive is tested.
FROM docker.io/library/debian:13-slim
ADD dist/target/archives/kgcoop-*-linux-x86_64.tar.gz /opt/
RUN ln -s /opt/kgcoop-*/kgcoop /usr/local/bin/kgcoop && useradd --create-home kgcoop
USER kgcoop
WORKDIR /home/kgcoop
EXPOSE 8080
HEALTHCHECK --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET /health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; grep -q '\"ready\":true' <&3"]
ENTRYPOINT ["kgcoop"]
CMD ["serve", "--host", "0.0.0.0", "--open-to-everybody"]
