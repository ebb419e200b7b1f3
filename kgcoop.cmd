@echo off
rem Builds kgcoop on Windows if there is no build, and starts it. After a change of the sources, delete target\built of
rem app, bench and cluster. No test runs this file.
setlocal
set "module=app"
set "arguments=%*"
if "%~1"=="bench" call :program bench
if "%~1"=="cluster" call :program cluster
if "%~1 %~2"=="help bench" call :help bench
if "%~1 %~2"=="help cluster" call :help cluster
set "target=%~dp0%module%\target"
if not exist "%target%\built" (
  echo kgcoop: building, once; a few minutes the first time, while libraries are fetched 1>&2
  call "%~dp0mvnw.cmd" -f "%~dp0pom.xml" -q -B -pl %module% -am -Dclasses=unchecked -DbundlePhase=package -Dmaven.test.skip -Dspotless.check.skip package 1>&2 || exit /b 70
  echo built> "%target%\built"
)
set "KGCOOP_JARS=%target%\kgcoop-%module%.jar;%target%\lib\*"
if "%module%"=="bench" set "KGCOOP_JARS=%KGCOOP_JARS%;%~dp0app\target\kgcoop-app.jar;%~dp0app\target\lib\*"
if "%module%"=="cluster" set "KGCOOP_JARS=%KGCOOP_JARS%;%target%\spark\jars\*"
call "%~dp0dist\kgcoop.cmd" %arguments%
exit /b %ERRORLEVEL%

rem A program of another module. Its arguments follow its name.
:program
set "module=%1"
set "KGCOOP_MAIN=org.kgcoop.%1.Main"
if "%1"=="cluster" set KGCOOP_JVM="@%~dp0cluster\spark.jvm"
for /f "tokens=1,*" %%a in ("%arguments%") do set "arguments=%%b"
exit /b

:help
call :program %1
set "arguments=--help"
exit /b
