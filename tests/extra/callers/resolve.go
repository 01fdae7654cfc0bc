// resolve prints, as JSON, the addresses that Go's own resolver finds for a name, or its error.
package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	resolver := net.Resolver{PreferGo: true}
	found, err := resolver.LookupHost(ctx, os.Args[1])
	if err != nil {
		json.NewEncoder(os.Stdout).Encode(map[string]string{"error": err.Error()})
		return
	}
	json.NewEncoder(os.Stdout).Encode(map[string][]string{"addresses": found})
}
