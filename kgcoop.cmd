@echo off
rem Builds kgcoop on Windows if there is no build, and starts it. After a change of the sources, delete app\target\built.
setlocal
set "target=%~dp0app\target"
if not exist "%target%\built" (
  echo kgcoop: building, once; a few minutes the first time, while libraries are fetched 1>&2
  call "%~dp0mvnw.cmd" -f "%~dp0pom.xml" -q -B -pl app -am -Dmaven.test.skip -Dspotless.check.skip package 1>&2 || exit /b 70
  echo built> "%target%\built"
)
set "KGCOOP_JARS=%target%\kgcoop-app.jar;%target%\lib\*"
call "%~dp0dist\kgcoop.cmd" %*
exit /b %ERRORLEVEL%
