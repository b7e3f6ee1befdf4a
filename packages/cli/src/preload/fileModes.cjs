// Whoever may change a file of this project runs code as its user: with whatever umask a command is called, nothing that it or a program of
// its makes is writable for others.
process.umask(process.umask() | 0o022);
