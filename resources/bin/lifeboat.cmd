@echo off
rem `lifeboat ...` in a terminal: cmd waits for a program that a script starts, windowed or not.
"%~dp0..\Lifeboat.exe" --log-level=3 --terminal -- %*
exit /b %ERRORLEVEL%
